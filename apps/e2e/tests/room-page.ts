/** A room on a page, found the way a screen reader finds it: the same in all three apps. */
import { expect, type FrameLocator, type Locator, type Page } from "@playwright/test";

export const APPS = ["vue", "svelte", "vanilla"] as const;
export type App = (typeof APPS)[number];

/** The room of one person, in one tab. */
export class RoomPage {
  readonly page: Page;
  readonly nameField: Locator;
  readonly messageField: Locator;
  readonly send: Locator;
  readonly members: Locator;
  readonly messages: Locator;
  readonly outbox: Locator;
  readonly connection: Locator;
  readonly typing: Locator;
  readonly goOffline: Locator;
  readonly goOnline: Locator;
  readonly cursors: Locator;

  constructor(page: Page, within: Page | FrameLocator = page) {
    this.page = page;
    this.nameField = within.getByRole("textbox", { name: "Your name", exact: true });
    this.messageField = within.getByRole("textbox", { name: "Message", exact: true });
    this.send = within.getByRole("button", { name: "Send", exact: true });
    this.members = within.getByRole("list", { name: "Members", exact: true });
    this.messages = within.getByRole("log", { name: "Messages", exact: true });
    this.outbox = within.getByRole("list", { name: "Outbox", exact: true });
    this.connection = within.getByRole("status", { name: "Connection", exact: true });
    this.typing = within.getByRole("status", { name: "Typing", exact: true });
    this.goOffline = within.getByRole("button", { name: "Go offline", exact: true });
    this.goOnline = within.getByRole("button", { name: "Go online", exact: true });
    // Decoration, hidden from assistive technology: no role to find it by.
    this.cursors = within.locator(".cursor");
  }

  /** Waits until the server knows this member and has told its name. */
  async isIn(): Promise<void> {
    await expect(this.connection).toHaveText("connected");
    await expect(this.nameField).not.toHaveValue("");
    // Two guests may have been given the same name.
    await expect(this.member(await this.nameField.inputValue()).first()).toBeVisible();
  }

  member(name: string): Locator {
    return this.members.getByRole("listitem").filter({ hasText: name });
  }

  async rename(name: string): Promise<void> {
    await this.nameField.fill(name);
    await this.nameField.press("Enter");
  }

  async say(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await this.messageField.fill(text);
      await this.send.click();
    }
  }

  /** Texts of the messages as they stand, first to last; a missing stretch shows as what it says. */
  texts(): Promise<string[]> {
    return this.messages.locator(".message-text, .gap").allInnerTexts();
  }

  async hasTexts(...texts: string[]): Promise<void> {
    await expect.poll(() => this.texts()).toEqual(texts);
  }
}
