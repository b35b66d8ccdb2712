// The page: puts what is watched, the stream, the list, the charts and the notices together. Whatever arrives is only
// counted and kept; it is drawn some times a second, and slower things once a second.

import { Announcer } from './announcer.ts';
import { Charts } from './charts.ts';
import { Chips } from './chips.ts';
import { Connection, type ConnectionState } from './connection.ts';
import { copyText } from './copy-text.ts';
import { EventList } from './event-list.ts';
import { Figures } from './figures.ts';
import { Inspector } from './inspector.ts';
import { Intake } from './intake.ts';
import { ListBar } from './list-bar.ts';
import { historyEnd, noticeOfControl } from './notice-words.ts';
import { NoticeList } from './notices.ts';
import { pageElement } from './page-element.ts';
import { PublishForm } from './publish-form.ts';
import { StateLine } from './state-line.ts';
import { Tabs } from './tabs.ts';
import { TopicTable } from './topic-table.ts';
import { TypeFinder } from './type-finder.ts';
import {
  isPattern,
  MAX_TOPICS,
  MAX_TYPES,
  queryOfView,
  streamUrlOf,
  topicsOr,
  type View,
  viewOfQuery,
} from './view.ts';

const DRAW_INTERVAL_MS = 100;
const FIND_TYPES_INTERVAL_MS = 5000;
/** For those who type a filter: each change of the URL is work for the browser. */
const TYPING_PAUSE_MS = 300;

const announcer = new Announcer(pageElement('#announcements', HTMLElement));
const say = (words: string) => announcer.say(words);
const notices = new NoticeList(say);
const inspector = new Inspector(say);
const intake = new Intake();
const list = new EventList(intake.matching, {
  onSelect: (event) => inspector.show(event),
  onOpen: () => inspector.focus(),
  onHold: (isHeld) => bar.showHold(isHeld),
});
const bar = new ListBar(intake, () => (list.isHeld ? list.follow() : list.hold()), clear);
const table = new TopicTable();
const figures = new Figures();
const charts = new Charts();
const stateLine = new StateLine(() => connection?.tryNow());
const tabs = new Tabs((tab) => changeView({ tab }));
const publishForm = new PublishForm(
  () => (view.access === '' ? 'publish' : `publish?${view.access}`),
  addFoundType,
);
const topicChips = new Chips('#watch', MAX_TOPICS, (topics) => changeView({ topics: topicsOr(topics) }));
const typeChips = new Chips('#listen', MAX_TYPES, (types) => changeView({ types }));
const from = pageElement('#from', HTMLSelectElement);
const filterField = pageElement('#filter', HTMLInputElement);
const timeField = pageElement('#time-member', HTMLInputElement);
const copyLink = pageElement('#copy-link', HTMLButtonElement);

let view: View = viewOfQuery(location.search);
let connection: Connection | undefined;
let finder: TypeFinder | undefined;
let stopFinding = new AbortController();
let foundTypes = new Set<string>();
let state: ConnectionState = 'connecting';
let drawTimer: ReturnType<typeof setTimeout> | undefined;
let typingTimer: ReturnType<typeof setTimeout> | undefined;

/** A new stream, and nothing of the one before. */
function watch(): void {
  connection?.close();
  stopFinding.abort();
  stopFinding = new AbortController();
  foundTypes = new Set();
  showTypes();
  intake.replayedTo = 0;
  clear();
  stateLine.showTrouble(undefined);
  const url = streamUrlOf(view);
  connection = new Connection(
    { url, from: view.from, types: view.types },
    {
      onState: (next, facts) => {
        if (next === 'reconnecting' && state === 'open') {
          notices.add({ kind: 'cut', words: 'The stream was cut; the browser is reconnecting.' });
        } else if (next !== state) say(`The stream is ${next}.`);
        state = next;
        stateLine.showState(next, facts);
        bar.showEmptiness(state, view.topics[0]!);
      },
      onEvent,
      onControl: (data) => {
        intake.replayedTo = historyEnd(data) ?? intake.replayedTo;
        notices.add(noticeOfControl(data));
      },
      onTrouble: (trouble) => {
        // The same words at each attempt would fill the list.
        const isNews = trouble !== undefined && trouble.words !== stateLine.troubleWords;
        if (isNews) notices.add({ kind: 'refused', words: trouble.words });
        stateLine.showTrouble(trouble);
      },
    },
  );
  finder = new TypeFinder(url, stopFinding.signal, addFoundType);
  void finder.look();
}

function onEvent(type: string, data: string, id: string): void {
  const event = intake.add(type, data, id, view, Date.now());
  table.add(event.topic, event.data, id);
  figures.add(event);
  publishForm.onArrival(event);
  if (drawTimer === undefined) drawTimer = setTimeout(draw, DRAW_INTERVAL_MS);
}

function draw(): void {
  drawTimer = undefined;
  if (!list.isHeld) list.draw();
  table.draw();
  bar.showCounts();
  bar.showEmptiness(state, view.topics[0]!);
}

function drawEverySecond(): void {
  if (document.hidden) return;
  charts.draw(figures.show(intake.total, view.timeMember));
  stateLine.showTimes();
  table.drawAges();
  list.draw();
  bar.showCounts();
}

function clear(): void {
  intake.clear();
  table.clear();
  figures.clear();
  list.follow();
  draw();
  drawEverySecond();
}

function addFoundType(type: string): void {
  connection?.listenFor(type);
  const isKnown = type === 'message' || foundTypes.has(type) || view.types.includes(type);
  if (isKnown || foundTypes.size >= MAX_TYPES) return;
  foundTypes.add(type);
  showTypes();
}

function showTypes(): void {
  const found = [...foundTypes].filter((type) => !view.types.includes(type)).sort();
  typeChips.show(view.types, ['message', ...found]);
}

/** What a person changed: the URL follows, and what depends on it. */
function changeView(change: Partial<View>): void {
  const before = view;
  view = { ...view, ...change };
  const isOtherStream = streamUrlOf(view) !== streamUrlOf(before) || view.from !== before.from;
  // Only another stream is a place to go back to.
  history[isOtherStream ? 'pushState' : 'replaceState'](null, '', queryOfView(view, true));
  showView();
  if (isOtherStream) {
    watch();
    return;
  }
  for (const type of view.types) connection?.listenFor(type);
  if (before.filter !== view.filter) filter();
}

function filter(): void {
  intake.setFilter(view.filter);
  list.follow();
  draw();
}

function showView(): void {
  topicChips.show(view.topics);
  showTypes();
  from.value = view.from;
  if (filterField.value !== view.filter) filterField.value = view.filter;
  if (timeField.value !== view.timeMember) timeField.value = view.timeMember;
  tabs.show(view.tab);
  table.isShown = view.tab === 'topics';
  publishForm.suggest(view.topics.find((topic) => !isPattern(topic)) ?? '');
}

/** Both fields at once, so that what is typed in one is not lost by the other. */
function readFieldsSoon(): void {
  clearTimeout(typingTimer);
  typingTimer = setTimeout(
    () => changeView({ filter: filterField.value, timeMember: timeField.value.trim() }),
    TYPING_PAUSE_MS,
  );
}

from.addEventListener('change', () => changeView({ from: from.value === 'earliest' ? 'earliest' : 'live' }));
filterField.addEventListener('input', readFieldsSoon);
timeField.addEventListener('input', readFieldsSoon);
copyLink.addEventListener('click', async () => {
  const isCopied = await copyText(new URL(queryOfView(view, false), location.href).href);
  const without = view.access === '' ? '' : ', without what gives you access';
  say(
    isCopied
      ? `The link is copied${without}.`
      : 'This browser does not let the page copy; the address has the link.',
  );
  copyLink.dataset.copied = String(isCopied);
  setTimeout(() => delete copyLink.dataset.copied, 2000);
});
document.addEventListener('visibilitychange', drawEverySecond);
setInterval(drawEverySecond, 1000);
setInterval(() => {
  if (!document.hidden && state === 'open') void finder?.look();
}, FIND_TYPES_INTERVAL_MS);
addEventListener('popstate', () => {
  clearTimeout(typingTimer);
  view = viewOfQuery(location.search);
  start();
});

function start(): void {
  showView();
  intake.setFilter(view.filter);
  watch();
}

start();
