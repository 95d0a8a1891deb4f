/** The little that is needed to keep a list on the page in step with a list of values. */

/** Finds what must be there. */
export function find<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
}

/** A list on the page. */
export interface ListOptions<Item> {
  key(item: Item): string;
  /** Id of the `<template>` that an item is made from. */
  template(item: Item): string;
  fill(element: HTMLElement, item: Item): void;
}

/** @returns a function that shows these items, and touches only what changed: focus and scroll positions stay */
export function keyedList<Item>(
  parent: HTMLElement,
  { key, template, fill }: ListOptions<Item>,
): (items: readonly Item[]) => void {
  let shown = new Map<string, HTMLElement>();
  return (items) => {
    const next = new Map(
      items.map((item) => [
        key(item),
        shown.get(key(item)) ?? (contentOf(template(item)).firstElementChild as HTMLElement),
      ]),
    );
    for (const [id, element] of shown) if (!next.has(id)) element.remove();
    let before = parent.firstElementChild;
    for (const item of items) {
      const element = next.get(key(item)) as HTMLElement;
      fill(element, item);
      if (element === before) before = before.nextElementSibling;
      else parent.insertBefore(element, before);
    }
    shown = next;
  };
}

/** A copy of what a `<template>` holds. */
export function contentOf(template: string): DocumentFragment {
  return find<HTMLTemplateElement>(`template#${template}`).content.cloneNode(true) as DocumentFragment;
}

/** Sets a text only when it is another one, so that nothing is announced or observed that did not happen. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
