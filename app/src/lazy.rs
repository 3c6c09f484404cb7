//! Code that the browser fetches when it is first needed: pages, and what opens on top of them.
//!
//! [`page!`] and [`later!`] mark a view as the way into a part of the client; `scripts/build` cuts the client there. On the server
//! they are ordinary functions. What is marked with the same name is one part and travels together.

use crate::components::load_problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;
use leptos_router::ChooseView;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// What fetching code comes to.
pub type Fetched<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// Fetches code, asking the person for another try as long as that fails.
async fn fetched(fetch: fn() -> Fetched<()>) {
    while fetch().await.is_err() {
        load_problem::another_try().await;
    }
}

/// Builds a view whose code is here.
fn built(view: Fetched<AnyView>) -> AnyView {
    match pin!(view).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(view)) => view,
        // Its code has been fetched.
        Poll::Ready(Err(_)) | Poll::Pending => ().into_any(),
    }
}

// --- Pages ----------------------------------------------------------------------------------------------

/// The view of a route, fetched before the page that is open goes away: while its code cannot be had, that page stays, and a
/// message offers another try.
#[derive(Clone, Copy)]
pub struct Page {
    /// Names the page in the document that the server rendered.
    pub name: &'static str,
    /// The part of the client that it is in.
    pub part: &'static str,
    #[doc(hidden)]
    pub fetch: fn() -> Fetched<()>,
    #[doc(hidden)]
    pub view: fn() -> Fetched<AnyView>,
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        fetched(self.fetch).await;
        built((self.view)())
    }

    async fn preload(&self) {
        #[cfg(feature = "ssr")]
        self.announce();
        fetched(self.fetch).await;
    }
}

impl Page {
    /// Has the document say what it shows, and ask for the files at once: not only when the application has arrived.
    #[cfg(feature = "ssr")]
    fn announce(&self) {
        use leptos::tachys::view::RenderHtml;
        use leptos_meta::Meta;
        // Writes nothing here: it registers an element for the head.
        _ = view! { <Meta name=SHOWN content=self.name /> }.to_html();
        let Some(served) = use_context::<Served>() else { return };
        for href in served.assets.parts.get(self.part).into_iter().flatten().cloned() {
            let first = served.named.try_update_value(|named| named.insert(href.clone()));
            if first == Some(true) {
                _ = view! { <Meta name=NEEDED content=href /> }.to_html();
            }
        }
    }
}

/// What the document that the server renders is made from, and the files that it has named already.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct Served {
    pub assets: crate::Assets,
    pub named: StoredValue<std::collections::HashSet<String>>,
}

/// The name of the `<meta>` elements that say which files those pages need, for the document's loader. Not `<link rel="preload">`:
/// a browser complains of files that it preloaded and that a slow machine comes to late.
pub const NEEDED: &str = "needed-file";

/// The name of the `<meta>` elements that say which pages a document shows.
#[cfg_attr(not(any(feature = "ssr", feature = "hydrate")), expect(dead_code))]
const SHOWN: &str = "shown-page";

/// Fetches the code of the pages that this document shows: the application takes them over in one go.
#[cfg(feature = "hydrate")]
pub async fn fetch_shown(pages: &[Page]) {
    let Ok(shown) = document().query_selector_all(&format!("meta[name={SHOWN}]")) else { return };
    for index in 0..shown.length() {
        use wasm_bindgen::JsCast;
        let name = shown.get(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()?.get_attribute("content"));
        if let Some(page) = pages.iter().find(|page| Some(page.name) == name.as_deref()) {
            fetched(page.fetch).await;
        }
    }
}

/// `page!(PART: COMPONENT)`: a component without properties as a [`Page`].
macro_rules! page {
    ($part:ident: $page:path) => {{
        #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, preload(fetch), fallible)]
        fn view() -> Result<leptos::prelude::AnyView, leptos::wasm_split::SplitLoaderError> {
            Ok(leptos::prelude::IntoAny::into_any($page()))
        }
        $crate::lazy::Page {
            name: stringify!($page),
            part: stringify!($part),
            fetch: || Box::pin(fetch()),
            view: || Box::pin(view()),
        }
    }};
}
pub(crate) use page;

// --- What opens on a page -------------------------------------------------------------------------------

/// A piece of a page that the first screen does not need: fetched as soon as the page answers to clicks. Made by [`later!`].
pub struct Later<T: 'static> {
    #[doc(hidden)]
    pub fetch: fn() -> Fetched<()>,
    #[doc(hidden)]
    pub view: fn(T) -> Fetched<AnyView>,
    #[doc(hidden)]
    pub of: T,
}

impl<T: Clone + Send + 'static> Later<T> {
    /// Something that is not in sight at first, such as a dialog: nothing until its code is here. What opens it may be set before.
    pub fn unseen(self) -> AnyView {
        let Later { view, of, .. } = self;
        let here = fetching(self.fetch);
        (move || here.get().then(|| built(view(of.clone())))).into_any()
    }

    /// Something that the server renders, for readers without script too: it is replaced when its code is here.
    pub fn over(self) -> AnyView {
        let Later { view, of, .. } = self;
        let here = fetching(self.fetch);
        (move || if here.get() { built(view(of.clone())) } else { as_served(|| built(view(of.clone()))) }).into_any()
    }
}

/// What the server rendered: the browser leaves it as it is.
#[cfg(feature = "ssr")]
fn as_served(render: impl FnOnce() -> AnyView) -> AnyView {
    view! { <div class="as-served">{render()}</div> }.into_any()
}

#[cfg(not(feature = "ssr"))]
fn as_served(_render: impl FnOnce() -> AnyView) -> AnyView {
    view! { <div class="as-served" inner_html=""></div> }.into_any()
}

/// Whether the code is here. An effect starts to fetch it, so that the server never does.
fn fetching(fetch: fn() -> Fetched<()>) -> RwSignal<bool> {
    let here = RwSignal::new(false);
    Effect::new(move |_| {
        spawn_local(async move {
            fetched(fetch).await;
            // The page may have been left meanwhile.
            here.try_set(true);
        });
    });
    here
}

/// `later!(PART: |NAME: TYPE| VIEW)`: a piece of a page as a [`Later`], made from the variable of this name.
macro_rules! later {
    ($part:ident: |$name:ident: $type:ty| $view:expr) => {{
        #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, preload(fetch), fallible)]
        fn view($name: $type) -> Result<leptos::prelude::AnyView, leptos::wasm_split::SplitLoaderError> {
            Ok(leptos::prelude::IntoAny::into_any($view))
        }
        $crate::lazy::Later { fetch: || Box::pin(fetch()), view: |value| Box::pin(view(value)), of: $name }
    }};
}
pub(crate) use later;
