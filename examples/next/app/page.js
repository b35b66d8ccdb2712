import { createElement } from 'react';
import { Feed } from './feed.js';

export default function Page() {
  return createElement(Feed);
}
