// The two ways to look at what has arrived, as tabs: arrow keys go from one to the other.

import { pageElement } from './page-element.ts';
import type { View } from './view.ts';

type Tab = View['tab'];

const names: readonly Tab[] = ['events', 'topics'];

export class Tabs {
  readonly #tabs = names.map((name) => ({
    name,
    button: pageElement(`#${name}-tab`, HTMLButtonElement),
    panel: pageElement(`#${name}-panel`, HTMLElement),
  }));

  constructor(onChoose: (tab: Tab) => void) {
    for (const [i, { name, button }] of this.#tabs.entries()) {
      button.addEventListener('click', () => onChoose(name));
      button.addEventListener('keydown', ({ key }) => {
        if (key !== 'ArrowRight' && key !== 'ArrowLeft') return;
        const other = this.#tabs[1 - i]!;
        onChoose(other.name);
        other.button.focus();
      });
    }
  }

  show(tab: Tab): void {
    for (const { name, button, panel } of this.#tabs) {
      button.ariaSelected = String(name === tab);
      button.tabIndex = name === tab ? 0 : -1;
      panel.hidden = name !== tab;
    }
  }
}
