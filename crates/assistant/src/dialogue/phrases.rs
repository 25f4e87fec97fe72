//! What the dialogue says of its own, in the languages that it speaks.

/// A language that the assistant itself speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Mandarin,
}

impl Language {
    /// By its BCP 47 tag; English for those that it does not speak.
    pub(crate) fn of(tag: &str) -> Language {
        match tag.split(['-', '_']).next() {
            Some("zh") => Language::Mandarin,
            _ => Language::English,
        }
    }
}

/// Something that the dialogue says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phrase<'a> {
    HearingFailed,
    Leave,
    NotUnderstood,
    /// Before what a plan would do.
    Shall(&'a str),
    WhatPin(&'a str),
    NoPin,
    PinLocked,
    PinAgain,
    WrongPin,
    StillNot,
    /// Before the question.
    YesOrNo(&'a str),
    /// After why one of several commands is not done.
    DidNothing(&'a str),
    CannotTakeBack(&'a str),
    NotKept,
    NothingRings,
    RingingIsOff,
    TimersOver(&'a str, usize),
}

impl Phrase<'_> {
    pub(super) fn said(self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Mandarin => self.mandarin(),
        }
    }

    fn english(self) -> String {
        match self {
            Phrase::HearingFailed => "Sorry, something went wrong with my hearing.".into(),
            Phrase::Leave => "All right, I leave it.".into(),
            Phrase::NotUnderstood => "Sorry, I did not get that.".into(),
            Phrase::Shall(what) => format!("Shall I {what}?"),
            Phrase::WhatPin(what) => format!("What is the PIN to {what}?"),
            Phrase::NoPin => "That needs a PIN, and none is set.".into(),
            Phrase::PinLocked => "There were too many wrong PINs. Please wait a while.".into(),
            Phrase::PinAgain => "Please say the PIN again.".into(),
            Phrase::WrongPin => "That PIN is wrong.".into(),
            Phrase::StillNot => "I still did not get that, so I leave it.".into(),
            Phrase::YesOrNo(question) => format!("Please say yes or no. {question}"),
            Phrase::DidNothing(why) => format!("{why} So I did nothing."),
            Phrase::CannotTakeBack(what) => format!("I cannot take this back: {what}."),
            Phrase::NotKept => "But I cannot write it down: when I restart it is forgotten.".into(),
            Phrase::NothingRings => "Nothing rings.".into(),
            Phrase::RingingIsOff => "It is off.".into(),
            Phrase::TimersOver(names, 1) => super::capital(&format!("{names} is over.")),
            Phrase::TimersOver(names, _) => super::capital(&format!("{names} are over.")),
        }
    }

    fn mandarin(self) -> String {
        match self {
            Phrase::HearingFailed => "抱歉，我的听力出了问题。".into(),
            Phrase::Leave => "好的，那就算了。".into(),
            Phrase::NotUnderstood => "抱歉，我没听懂。".into(),
            Phrase::Shall(what) => format!("要{what}吗？"),
            Phrase::WhatPin(what) => format!("要{what}，请说密码。"),
            Phrase::NoPin => "这需要密码，但还没有设置密码。".into(),
            Phrase::PinLocked => "密码错误次数太多，请稍后再试。".into(),
            Phrase::PinAgain => "请再说一遍密码。".into(),
            Phrase::WrongPin => "密码不对。".into(),
            Phrase::StillNot => "我还是没听懂，那就算了。".into(),
            Phrase::YesOrNo(question) => format!("请说是或者不是。{question}"),
            Phrase::DidNothing(why) => format!("{why}所以我什么都没做。"),
            Phrase::CannotTakeBack(what) => format!("这个没办法撤销：{what}。"),
            Phrase::NotKept => "但是我没办法保存，重启以后就会忘记。".into(),
            Phrase::NothingRings => "现在没有东西在响。".into(),
            Phrase::RingingIsOff => "已经关了。".into(),
            Phrase::TimersOver(names, _) => format!("{names}到时间了。"),
        }
    }
}
