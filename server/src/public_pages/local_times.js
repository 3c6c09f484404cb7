// Rewrites the page's times into the reader's own zone, unless they chose one. Without it the page says whose zone they are in.
(() => {
  const page = document.documentElement;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // A chosen zone may be the page's own, which is the same document as without a choice.
  if (page.dataset.zone || new URLSearchParams(location.search).has('tz') || !zone) return;
  const tag = page.lang === 'en' ? 'en-GB' : page.lang;
  const format = (options) => new Intl.DateTimeFormat(tag, { ...options, timeZone: zone });
  const weekday = { weekday: 'long', day: 'numeric', month: 'long' };
  const [short, long] = [format(weekday), format({ ...weekday, year: 'numeric' })];
  const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const year = new Date().getFullYear();
  let last = '';
  for (const time of document.querySelectorAll('time[data-t]')) {
    const at = new Date(time.dateTime);
    const day = (at.getFullYear() === year ? short : long).format(at);
    // The end of a window says its day only if that is another one.
    time.textContent = (time.dataset.t === 'e' && day === last ? '' : day + ', ') + clock.format(at);
    last = day;
  }
  const named = format({ timeZoneName: 'shortOffset' }).formatToParts(new Date()).find((part) => part.type === 'timeZoneName');
  const city = zone.split('/').pop().replaceAll('_', ' ');
  const name = named && city !== 'UTC' ? city + ' (' + named.value.replace('GMT', 'UTC') + ')' : city;
  for (const note of document.querySelectorAll('[data-own]')) note.textContent = note.dataset.own.replace('{}', name);
  const choice = document.getElementById('tz');
  if (choice) {
    choice.prepend(new Option(name, ''));
    choice.selectedIndex = 0;
  }
})();
