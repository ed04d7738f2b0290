use leptos::prelude::*;

/// The shape of a line that is coming: any CSS width and height. The part around it carries `aria-busy`.
#[component]
pub fn Skeleton(
    width: &'static str,
    height: &'static str,
    #[prop(optional)] soft: bool,
) -> impl IntoView {
    let class = if soft { "sk soft" } else { "sk" };
    view! { <i class=class style=["--w:", width, ";--h:", height].concat()></i> }
}
