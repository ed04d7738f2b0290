//! TEMPORARY: renders to /tmp for eyes; not to stay.
use std::sync::Arc;
use contract::{media::*, jobs::JobState, Timestamp, chat::Attachment};
use leptos::prelude::*;
use super::*;

fn data(reference: bool) -> AnalysisView {
    let d = 222.0; let n = 240; let step = d / n as f64;
    let secs = [("Intro","In",0.,18.),("Verse 1","V1",18.,50.),("Build","Bd",50.,72.),("Drop 1","D1",72.,104.),("Verse 2","V2",104.,134.),("Break","Br",134.,158.),("Drop 2","D2",158.,198.),("Outro","Out",198.,222.)];
    let lv = |t: f64, off: f64| -> f32 {
        let base = match t { t if t<18. => -20.+t*0.3, t if t<50. => -13.8, t if t<72. => -13.4+(t-50.)*0.12, t if t<104. => -8.4, t if t<134. => -12.8, t if t<158. => -17., t if t<198. => -8.1, t => -10.5-(t-198.)*0.6 };
        (base + off + (t*1.7).sin()*0.25 + (t*4.1).cos()*0.15) as f32 };
    let a: Vec<Option<f32>> = (0..n).map(|i| Some(lv(i as f64*step, 0.))).collect();
    let b: Vec<Option<f32>> = (0..n).map(|i| { let t=i as f64*step; Some(lv(t, if t>104.&&t<134. {2.1} else if t>134.&&t<158. {2.7} else {0.9})) }).collect();
    let hz = [20.,25.,31.5,40.,50.,63.,80.,100.,125.,160.,200.,250.,315.,400.,500.,630.,800.,1000.,1250.,1600.,2000.,2500.,3150.,4000.,5000.,6300.,8000.,10000.,12500.,16000.,20000.];
    let sa = [-62.,-54.,-42.,-33.,-27.5,-24.6,-25.5,-27.,-28.,-29.5,-30.,-29.5,-29.,-27.5,-27.,-28.,-27.6,-27.2,-28.,-27.,-27.,-28.5,-29.8,-29.,-28.5,-28.,-28.5,-29.,-31.,-36.,-48.];
    let sb = [-62.,-55.,-43.,-35.,-31.,-28.7,-28.,-27.5,-27.8,-28.2,-28.7,-28.5,-28.8,-28.2,-27.5,-27.8,-27.6,-27.,-27.8,-27.2,-26.6,-26.8,-27.2,-27.,-27.5,-28.,-29.,-30.,-32.,-37.,-47.];
    let lobe = |w: f64| (0..61).map(|i| { let th=(i as f64*3.-90.)/90.; (0.92*(-(th*th)/0.015).exp() + 0.45*(-((th-w)*(th-w))/0.012).exp() + 0.5*(-((th+w)*(th+w))/0.012).exp()).min(1.) as f32 }).collect::<Vec<_>>();
    let f = |fact:&str,label:&str,unit:&str,a:&str,b:&str,dl:&str,over| Figure{fact:fact.into(),label:label.into(),unit:unit.into(),a:Some(a.into()),b:reference.then(||b.into()),delta:reference.then(||dl.into()),over};
    AnalysisView{
        a: TrackHead{asset:"0198c000-0000-7000-8000-000000000001".parse().unwrap(),name:"Night Ferry v3".into(),duration_s:d},
        b: reference.then(||TrackHead{asset:"0198c000-0000-7000-8000-000000000002".parse().unwrap(),name:"Glass Harbour".into(),duration_s:245.}),
        figures: vec![f("i","Integrated","LUFS","−9.8","−8.9","−0.9",false),f("t","True peak","dBTP","+0.2","−1.0","+1.2",true),f("l","LRA","LU","6.4","5.1","+1.3",false),f("p","PLR","dB","10.0","7.9","+2.1",false),f("c","Correlation","","+0.62","+0.71","−0.09",false),f("b","Tempo","BPM","122.0","124.0","−2.0",false),f("k","Key","","F♯ min","A min","−3 st",false)],
        loudness: LoudnessPlot{duration_s:d,step_s:step,a,b:if reference{b}else{vec![]}},
        spectrum: SpectrumPlot{centre_hz:hz.to_vec(),a:sa.iter().map(|v|Some(*v)).collect(),b:if reference{sb.iter().map(|v|Some(*v)).collect()}else{vec![]}},
        stereo: StereoPlot{a:lobe(0.28),b:if reference{lobe(0.42)}else{vec![]},correlation_a:Some(0.62),correlation_b:reference.then_some(0.71)},
        sections: secs.iter().map(|s|SectionMark{name:s.0.into(),short:s.1.into(),start_s:s.2,end_s:s.3}).collect(),
        pins: vec![Pin{number:1,title:"Kick masks the bass".into(),start_s:Some(72.),end_s:Some(80.),hz:Some(60.),note:Some("+4.1 dB at 60 Hz".into())},Pin{number:2,title:"Vocal sits back".into(),start_s:Some(104.),end_s:Some(134.),hz:Some(3000.),note:Some("−2.6 dB at 3 kHz".into())},Pin{number:3,title:"Over the ceiling".into(),start_s:Some(161.),end_s:None,hz:None,note:None}],
        measured_in_ms:6200,fact_count:34,remarks:if reference{vec![]}else{vec!["The file ends early: 12 s of audio are missing".into()]},
    }
}
fn asset(n:u8,name:&str,d:f64,l:f64)->AssetView{ AssetView{id:format!("0198c000-0000-7000-8000-00000000000{n}").parse().unwrap(),name:name.into(),size_bytes:61_000_000,created_at:Timestamp(0),play_url:Some("/x".into()),measuring:Measuring{state:JobState::Done,progress:1.,stage:None,error:None,summary:Some(Summary{duration_s:d,integrated_lufs:Some(l),waveform:(0..120).map(|i|{let t=i as f32/120.;(0.25+0.55*(t*7.+n as f32).sin().abs()*(0.8+0.2*((i*37%11) as f32/11.))).min(1.)*(1.-(t*2.-1.).powi(8))}).collect(),measured_in_ms:900})}} }

#[test]
fn to_tmp() {
    _ = any_spawner::Executor::init_tokio();
    let owner = Owner::new();
    let html = owner.with(|| {
        let player = provide_player();
        let uploads = provide_uploads();
        player.load(vec![Track{side:Side::A,asset:asset(1,"Night Ferry v3.wav",222.,-9.8)},Track{side:Side::B,asset:asset(2,"Glass Harbour.wav",245.,-8.9)}]);
        player.preview(76.6);
        uploads.preview(asset(3,"Night Ferry v4.wav",200.,-10.));
        let clips = vec![
            Attachment{side:Side::A,asset:asset(1,"Night Ferry v3.wav",222.,-9.8)},
            Attachment{side:Side::B,asset:asset(2,"Glass Harbour.wav",245.,-8.9)},
            { let mut x=Attachment{side:Side::A,asset:asset(4,"Night Ferry v4.wav",222.,-9.8)}; x.asset.measuring.summary=None; x.asset.measuring.state=JobState::Running; x.asset.measuring.progress=0.4; x.asset.play_url=None; x},
            { let mut x=Attachment{side:Side::B,asset:asset(5,"Salt, reference.flac",222.,-9.8)}; x.asset.measuring.summary=None; x.asset.measuring.state=JobState::Failed; x.asset.play_url=None; x.asset.measuring.error=Some(contract::ApiError::new(contract::ErrorCode::NotAudio,"This is not an audio file that Soundstage can read.")); x},
        ];
        let mut mono = data(false); mono.stereo.a.clear(); mono.stereo.correlation_a=None; mono.pins.clear(); mono.figures[5].a=None; mono.figures[6].a=None;
        player.point("0198c000-0000-7000-8000-000000000001".parse().unwrap(), Some(64.));
        view!{
            <div class="shell no-list">
            <crate::ui::Sprite/>
            <main class="pane main"><div class="pane-body"><div class="thread" style="max-width:860px;margin:auto;padding:16px;display:grid;gap:20px">
              <div class="clips">{clips.into_iter().map(|c| view!{<ClipChip attachment=Signal::stored(c)/>}).collect_view()}</div>
              <AnalysisCard analysis=Arc::new(data(true))/>
              <AnalysisCard analysis=Arc::new(mono)/>
              <AnalysisSkeleton stage=Signal::stored("Measuring Night Ferry v3".to_string()) progress=Signal::stored(0.4f32)/>
              <AnalysisFailed error=Signal::stored(contract::ApiError::new(contract::ErrorCode::NotAudio,"This is not an audio file that Soundstage can read."))/>
              <div class="composer" style="border:1px solid var(--line-control);border-radius:10px;background:var(--bg-card)"><UploadList/></div>
            </div></div><MiniMonitor/></main>
            <aside class="pane inspector"><header class="pane-head"><h2>"Monitor"</h2></header><div class="pane-body"><Monitor/><FactList analysis=Arc::new(data(true))/></div></aside>
            </div>
        }.to_html()
    });
    std::fs::write("/tmp/uib-body.html", html).unwrap();
}
