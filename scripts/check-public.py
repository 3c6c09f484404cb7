"""Feeds and calendar of a status page, as feedparser and icalendar read them; called by check-public."""

import sys
import urllib.error
import urllib.request

import feedparser
import icalendar

url = sys.argv[1]


def fetch(path, headers=None):
    request = urllib.request.Request(url + path, headers=headers or {})
    with urllib.request.urlopen(request) as answer:
        return answer.read(), answer.headers


def check(condition, words):
    if not condition:
        sys.exit(f"check-public: {words}")


ids = {}
for path, version in [("/history.atom", "atom10"), ("/history.rss", "rss20")]:
    feed = feedparser.parse(url + path)
    check(not feed.bozo, f"{path}: {feed.get('bozo_exception')}")
    check(feed.version == version, f"{path} is read as {feed.version}")
    check(feed.feed.title, f"{path} has no title")
    for entry in feed.entries:
        check(entry.id and entry.title and entry.link, f"{path}: an entry without id, title or link")
        check(entry.get("published_parsed"), f"{path}: {entry.id} has no time")
    ids[path] = [entry.id for entry in feed.entries]
    check(len(set(ids[path])) == len(ids[path]), f"{path}: an id occurs twice")
    again = feedparser.parse(url + path, etag=feed.etag)
    check(again.status == 304, f"{path}: asked again with its tag, it answers {again.status}")
    short = feedparser.parse(url + path + "?limit=1")
    check(len(short.entries) == min(1, len(feed.entries)), f"{path}?limit=1 has {len(short.entries)} entries")
    print(f"feedparser: {path} is {feed.version} with {len(feed.entries)} entries, 304 by its tag")
check(ids["/history.atom"] == ids["/history.rss"], "the two feeds do not have the same entries")

bytes_, headers = fetch("/calendar.ics")
check(headers["Content-Type"].startswith("text/calendar"), "the calendar has another type")
check(all(len(line) <= 75 for line in bytes_.split(b"\r\n")), "a line of the calendar is longer than 75 octets")
calendar = icalendar.Calendar.from_ical(bytes_)
check("REFRESH-INTERVAL" in calendar, "the calendar does not say how often to ask")
events = calendar.walk("VEVENT")
for event in events:
    check(not event.errors, f"{event.get('UID')}: {event.errors}")
    for name in ["UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "LAST-MODIFIED"]:
        check(name in event, f"{event.get('UID')} has no {name}")
    check(event.decoded("DTSTART") <= event.decoded("DTEND"), f"{event['UID']} ends before it begins")
uids = [str(event["UID"]) for event in events]
check(len(set(uids)) == len(uids), "a UID occurs twice")
cancelled = sum(event["STATUS"] == "CANCELLED" for event in events)
print(f"icalendar: {len(events)} events, {cancelled} of them cancelled")

request = urllib.request.Request(url + "/calendar.ics", headers={"If-None-Match": headers["ETag"]})
try:
    status = urllib.request.urlopen(request).status
except urllib.error.HTTPError as error:
    status = error.code
check(status == 304, f"the calendar, asked again with its tag, answers {status}")
