//! Parts of the interface that know nothing of music, chat or files.
//!
//! **The rule:** no domain word in here, no server function, no `contract` type but the time and the
//! A/B side, which are as general as a number. A part is markup with the class names of
//! `style/ui/*.css`, its keyboard and its roles. Plain things stay plain markup: a button is
//! `<button class="btn primary">`.
//!
//! To add one: a file here, a file in `style/ui/`, an `@import` in `style/main.css`.

mod avatar;
mod banner;
mod busy;
mod copy;
mod dialog;
mod empty;
mod field;
mod focus;
mod icon;
mod lamp;
mod logo;
mod moment;
mod notice;
pub mod number;
pub mod panels;
mod question;
mod seg;
mod select;
mod side_tag;
mod skeleton;
mod sprite;
pub mod time;
mod toast;

pub use avatar::{Avatar, BotAvatar};
pub use banner::{Banner, BannerKind};
pub use busy::BusyButton;
pub use copy::{CopyField, to_clipboard};
pub use dialog::{Dialog, DialogFoot};
pub use empty::{Empty, ErrorPane};
pub use field::{Field, PasswordField};
pub use focus::{focus_on, is_typing};
pub use icon::Icon;
pub use lamp::{Lamp, LampKind};
pub use logo::Logo;
pub use moment::{LocalTime, SpokenTime, StampTime};
pub use notice::{Notice, NoticeBanner, NoticeSlot, provide_notice, use_notice};
pub use panels::{
    CloseInspector, CloseList, InspectorPane, ListPane, MainPane, OpenInspector, OpenList, Panel,
    Panels, Scrim, provide_panels, use_panels,
};
pub use question::{Confirm, Question};
pub use seg::Seg;
pub use select::Select;
pub use side_tag::SideTag;
pub use skeleton::Skeleton;
pub use sprite::Sprite;
pub use toast::{Toast, ToastAction, ToastKind, Toaster, Toasts, provide_toasts, use_toasts};
