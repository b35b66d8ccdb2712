// The page: puts the form, the stream, the table and the notices together.

import { Connection, type ConnectionState } from './connection.ts';
import { noticeOfControl } from './notice-words.ts';
import { NoticeList } from './notices.ts';
import { pageElement } from './page-element.ts';
import { TopicTable } from './topic-table.ts';
import { parseData } from './value-text.ts';
import { queryOfTopics, topicOfEvent, topicsOfQuery, topicsOfText } from './watched-topics.ts';

const MAX_TEXT_ROWS = 8;

const connectionLine = pageElement('#connection', HTMLElement);
const stateText = pageElement('#state', HTMLElement);
const reconnectsText = pageElement('#reconnects', HTMLElement);
const form = pageElement('#watch', HTMLFormElement);
const topicsText = pageElement('#topics', HTMLTextAreaElement);
const exampleTopic = pageElement('#example-topic', HTMLElement);
const notices = new NoticeList(pageElement('#notices', HTMLElement), pageElement('#no-notices', HTMLElement));
const table = new TopicTable(
  pageElement('#values tbody', HTMLTableSectionElement),
  pageElement('#no-values', HTMLElement),
  pageElement('#not-shown', HTMLElement),
);

let connection: Connection | undefined;
let shownState: ConnectionState | undefined;

function watch(topics: readonly string[]): void {
  connection?.close();
  table.clear();
  shownState = undefined;
  topicsText.value = topics.join('\n');
  growText();
  exampleTopic.textContent = topics[0]!.replaceAll('**', 'example').replaceAll('*', 'example');
  connection = new Connection(`/stream${queryOfTopics(topics)}`, {
    onState: showState,
    onEvent: (data, id) => table.add(topicOfEvent(topics, parseData(data)), data, id),
    onControl: (data) => notices.add(noticeOfControl(data)),
    onRefused: (words) => notices.add({ kind: 'refused', words }),
  });
}

function showState(state: ConnectionState, reconnects: number): void {
  if (state === 'reconnecting' && shownState === 'open') {
    notices.add({ kind: 'cut', words: 'The stream was cut; the browser is reconnecting.' });
  }
  connectionLine.dataset.state = state;
  // Setting the same text again would make a screen reader repeat it at each attempt.
  if (state !== shownState) stateText.textContent = state;
  shownState = state;
  reconnectsText.dataset.reconnects = String(reconnects);
  reconnectsText.textContent = reconnects === 1 ? '1 reconnect' : `${reconnects} reconnects`;
}

function growText(): void {
  topicsText.rows = Math.min(topicsText.value.split('\n').length, MAX_TEXT_ROWS);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const topics = topicsOfText(topicsText.value);
  history.pushState(null, '', queryOfTopics(topics));
  watch(topics);
});
topicsText.addEventListener('input', growText);
topicsText.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
addEventListener('popstate', () => watch(topicsOfQuery(location.search)));
watch(topicsOfQuery(location.search));
