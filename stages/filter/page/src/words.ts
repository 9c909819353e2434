/** Every word of the page, in English and Japanese. */
import { computed, signal } from '@preact/signals';

export type Language = 'en' | 'ja';

const STORED = 'shika-language';

function first(): Language {
  const kept = localStorage.getItem(STORED);
  if (kept === 'en' || kept === 'ja') return kept;
  return navigator.language.startsWith('ja') ? 'ja' : 'en';
}

export const language = signal<Language>(first());

export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem(STORED, next);
  document.documentElement.lang = next;
}

const words = {
  clips: ['Clips', 'クリップ'],
  draw: ['Draw', '描く'],
  review: ['Review', '確認'],
  models: ['Models', 'モデル'],
  events: ['Events', 'イベント'],
  keys: ['Keys', 'キー操作'],
  close: ['Close', '閉じる'],
  you: ['Your name', 'お名前'],
  youWhy: ['Every decision says who made it.', '判断には必ず名前が残ります。'],
  begin: ['Begin', '始める'],
  camera: ['Camera', 'カメラ'],
  file: ['Clip', 'クリップ'],
  state: ['State', '状態'],
  frames: ['Frames', 'フレーム'],
  recorded: ['Recorded', '撮影日時'],
  labels: ['Labels', 'ラベル'],
  drawnFrames: ['Drawn', '描画'],
  found: ['waits for you', '待機'],
  arrived: ['in the queue', '順番待ち'],
  tracking: ['being labelled', 'ラベル付け中'],
  tracked: ['labelled', '完了'],
  failed: ['failed', '失敗'],
  pending: ['pending', '未確認'],
  accepted: ['accepted', '承認'],
  rejected: ['rejected', '却下'],
  corrected: ['corrected', '修正'],
  hand: ['drawn by hand', '手描き'],
  detected: ['detected', '検出'],
  followed: ['followed by its looks', '外見で追跡'],
  interpolated: ['between two sure boxes', '補間'],
  moved: ['moved with the change', '差分で移動'],
  held: ['held in place', '保持'],
  score: ['score', 'スコア'],
  risk: ['risk', 'リスク'],
  noClips: [
    'No clip is here yet. Start `shika studio` with a clip, or a folder of clips.',
    'クリップがありません。`shika studio` にクリップかフォルダーを渡してください。',
  ],
  noTracks: [
    'Nothing is labelled yet. Draw some frames, then press “Train and label” under Clips.',
    'まだラベルがありません。いくつかのフレームに描き、「学習してラベル付け」を押してください。',
  ],
  noModels: ['No model yet: it comes of what you draw.', 'モデルはまだありません。描いた枠から学習します。'],
  goMethod: ['Train and label', '学習してラベル付け'],
  goAnnotate: ['Label the clips that wait', '待機中のクリップにラベル付け'],
  goMain: ['Train on what was accepted', '承認したラベルで学習'],
  goWhy: ['It goes on when this page is closed.', 'このページを閉じても続きます。'],
  running: ['running', '実行中'],
  done: ['done', '完了'],
  waiting: ['waiting', '待ち'],
  pre: ['pre-training', '事前学習'],
  main: ['main training', '本学習'],
  dataset: ['dataset', 'データセット'],
  annotate: ['labelling', 'ラベル付け'],
  follow: ['following', '追跡'],
  classifier: ['classifier', '分類器'],
  explain: ['explanation', '説明'],
  left: ['left', '残り'],
  loss: ['loss', '損失'],
  nothingHere: ['Nothing here', '動物はいない'],
  copyBefore: ['Copy from the frame before', '前のフレームから写す'],
  remove: ['Delete', '削除'],
  takeAway: ['Take away what was drawn', '描いたものを取り消す'],
  undo: ['Undo', '元に戻す'],
  redo: ['Redo', 'やり直す'],
  byDrag: ['Drag', 'ドラッグ'],
  byPoints: ['Four points', '4点'],
  pointsWhy: ['Click the outermost points: top, left, bottom, right.', '上・左・下・右の端を順にクリック。'],
  brightness: ['Brightness', '明るさ'],
  contrast: ['Contrast', 'コントラスト'],
  class: ['Class', '種類'],
  newClass: ['New class', '新しい種類'],
  previous: ['Previous', '前へ'],
  next: ['Next', '次へ'],
  saved: ['saved', '保存済み'],
  saving: ['saving…', '保存中…'],
  unsaved: ['not sent yet', '未送信'],
  offline: [
    'The studio can’t be reached. What you do is kept and sent when it is back.',
    'サーバーに接続できません。操作は保存され、復帰後に送られます。',
  ],
  conflict: [
    'Somebody decided on this meanwhile; here is what stands.',
    '他の人が先に判断しました。現在の状態を表示します。',
  ],
  worth: ['are worth it', '枚描けば十分'],
  ofWorth: ['drawn', '描画済み'],
  enough: ['That is enough to begin.', '始めるのに十分です。'],
  whyFirst: ['first', '最初'],
  whyLight: ['light', '光'],
  whyTime: ['time', '時間'],
  whyPlace: ['place', '場所'],
  whyEmpty: ['may be empty', '空かも'],
  whyImported: ['imported', '取り込み'],
  whyDoubtful: ['doubtful', '要確認'],
  accept: ['Accept', '承認'],
  reject: ['Reject', '却下'],
  frame: ['frame', 'フレーム'],
  fromHere: ['from here on', 'ここから後'],
  upToHere: ['up to here', 'ここまで'],
  wholeTrack: ['track', 'トラック'],
  wholeClip: ['clip', 'クリップ'],
  nextDoubtful: ['Next doubtful', '次の要確認'],
  previousDoubtful: ['Previous doubtful', '前の要確認'],
  play: ['Play', '再生'],
  pause: ['Pause', '停止'],
  split: ['Split here', 'ここで分割'],
  join: ['Join with the next track', '次のトラックと結合'],
  why: ['Why', '理由'],
  filter: ['Show', '表示'],
  all: ['all', 'すべて'],
  perMinute: ['labels a minute', 'ラベル/分'],
  activate: ['Use this one', 'これを使う'],
  active: ['in use', '使用中'],
  pictures: ['pictures', '枚'],
  onDrawn: ['on hand-drawn pictures', '手描きの画像で'],
  theme: ['Light or dark', '明暗'],
  track: ['track', 'トラック'],
  doubtScore: ['unsure: score {n}', '自信なし: スコア {n}'],
  doubtJump: ['jumped {n} px', '{n} px 飛んだ'],
  doubtSize: ['size × {n}', '大きさ × {n}'],
  doubtUnseen: ['not seen for {n} frames', '{n} フレーム未検出'],
  doubtAlone: ['{n} of the frames around were missed', '周囲 {n} フレームで未検出'],
  doubtAmbiguous: ['{n} detections', '候補 {n} 個'],
  doubtEdge: ['at the edge', '画面の端'],
  doubtDirections: ['before and behind differ (IoU {n})', '前後で不一致 (IoU {n})'],
  doubtModels: ['models differ (IoU {n})', 'モデル間で不一致 (IoU {n})'],
  doubtLikeness: ['looks like it by {n}', '類似度 {n}'],
  doubtUnchanged: ['no pixel changed there', '画素に変化なし'],
  doubtUnsteady: ['light or camera changed', '光かカメラが変化'],
  doubtStone: ['stands still in {n} other clips', '他の {n} クリップでも静止'],
  doubtStoneHere: ['never moves', '動かない'],
} as const;

export type Word = keyof typeof words;

const column = computed(() => (language.value === 'en' ? 0 : 1));

export function t(word: Word, n?: number | string): string {
  const text: string = words[word][column.value];
  return n === undefined ? text : text.replace('{n}', String(n));
}
