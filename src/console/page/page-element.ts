// Finds the elements of index.html. A missing one is a mistake in this folder, so it is an error at start.

export function pageElement<T extends HTMLElement>(selector: string, type: new () => T): T {
  const element = document.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`Expected index.html to have ${selector} as a ${type.name}`);
}
