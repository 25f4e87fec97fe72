//! Our own words for colours, modes, weather, kinds of devices and what they can do, in Mandarin.

use mynah_home::{Capability, Kind};

pub(super) const COLORS: [(&str, &str); 22] = [
    ("red", "红色"),
    ("green", "绿色"),
    ("blue", "蓝色"),
    ("white", "白色"),
    ("warm white", "暖白色"),
    ("cool white", "冷白色"),
    ("yellow", "黄色"),
    ("orange", "橙色"),
    ("purple", "紫色"),
    ("violet", "紫罗兰色"),
    ("pink", "粉色"),
    ("magenta", "洋红色"),
    ("cyan", "青色"),
    ("turquoise", "绿松石色"),
    ("teal", "蓝绿色"),
    ("lime", "柠檬绿"),
    ("gold", "金色"),
    ("indigo", "靛蓝色"),
    ("lavender", "淡紫色"),
    ("coral", "珊瑚色"),
    ("salmon", "橙红色"),
    ("crimson", "深红色"),
];

/// The modes that Home Assistant's climate devices and common fans have.
pub(super) const MODES: [(&str, &str); 14] = [
    ("off", "关闭"),
    ("heat", "制热"),
    ("cool", "制冷"),
    ("heat_cool", "冷暖"),
    ("auto", "自动"),
    ("dry", "除湿"),
    ("fan", "送风"),
    ("fan_only", "送风"),
    ("eco", "节能"),
    ("away", "离家"),
    ("home", "在家"),
    ("sleep", "睡眠"),
    ("comfort", "舒适"),
    ("boost", "强力"),
];

/// Home Assistant's weather conditions, and the words of the demo house.
pub(super) const WEATHER: [(&str, &str); 18] = [
    ("clear", "晴"),
    ("clear-night", "晴夜"),
    ("sunny", "晴"),
    ("cloudy", "多云"),
    ("partlycloudy", "局部多云"),
    ("partly cloudy", "局部多云"),
    ("overcast", "阴"),
    ("fog", "有雾"),
    ("foggy", "有雾"),
    ("hail", "冰雹"),
    ("lightning", "雷电"),
    ("lightning-rainy", "雷雨"),
    ("pouring", "大雨"),
    ("rainy", "下雨"),
    ("snowy", "下雪"),
    ("snowy-rainy", "雨夹雪"),
    ("windy", "有风"),
    ("exceptional", "异常天气"),
];

/// What players, vacuum cleaners and buttons do, of [`Capability::texts`].
pub(super) const DOINGS: [(&str, &str); 9] = [
    ("playing", "正在播放"),
    ("paused", "暂停着"),
    ("stopped", "停着"),
    ("next", "下一个"),
    ("previous", "上一个"),
    ("cleaning", "正在打扫"),
    ("docked", "在充电座上"),
    ("returning", "正在回去充电"),
    ("idle", "闲着"),
];

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Light => "灯",
        Kind::Plug => "插座",
        Kind::Switch => "开关",
        Kind::Cover => "窗帘",
        Kind::Climate => "恒温器",
        Kind::Sensor => "传感器",
        Kind::Fan => "风扇",
        Kind::Lock => "门锁",
        Kind::Media => "播放器",
        Kind::Tv => "电视",
        Kind::Vacuum => "扫地机",
        Kind::Door => "车库门",
        Kind::Presentation => "演示",
        Kind::Weather => "天气服务",
        Kind::Other => "设备",
    }
}

pub(super) fn capability_name(capability: Capability) -> &'static str {
    match capability {
        Capability::Power => "开关",
        Capability::Brightness => "亮度",
        Capability::Color => "颜色",
        Capability::ColorTemperature => "色温",
        Capability::Position => "开合",
        Capability::TargetTemperature | Capability::Temperature => "温度",
        Capability::Humidity => "湿度",
        Capability::Volume => "音量",
        Capability::Lock => "门锁",
        Capability::Mode => "模式",
        Capability::Speed => "风速",
        Capability::Playback => "播放",
        Capability::Step => "上一个和下一个",
        Capability::Source => "信号源",
        Capability::Media => "播放的内容",
        Capability::Mute => "静音",
        Capability::Cleaning => "打扫",
        Capability::Contact => "开关状态",
        Capability::Motion => "动静",
        Capability::Battery => "电量",
        Capability::Condition => "天气",
        Capability::RainChance => "下雨的可能",
    }
}
