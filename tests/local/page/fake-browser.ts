import { readFile } from 'node:fs/promises'
import { runInNewContext } from 'node:vm'
import type { ChatError } from '../../../src/errors.ts'

interface Event {
  preventDefault(): void
}

/** As much of an element as the page uses. */
export class FakeElement {
  children: FakeElement[] = []
  dataset: Record<string, string> = {}
  className = ''
  hidden = false
  value = ''
  href = ''
  files: File[] = []
  #parent: FakeElement | undefined
  #text = ''
  readonly #listeners = new Map<string, ((event: Event) => void)[]>()

  constructor(
    readonly tagName: string,
    readonly follow: (href: string) => void,
  ) {}

  get textContent(): string {
    return this.#text + this.children.map((child) => child.textContent).join('')
  }
  set textContent(text: string) {
    this.children = []
    this.#text = text
  }
  get lastElementChild(): FakeElement | undefined {
    return this.children.at(-1)
  }

  append(...added: (FakeElement | string)[]): void {
    for (const child of added) if (typeof child !== 'string') this.insertBefore(child, null)
  }
  prepend(child: FakeElement): void {
    this.insertBefore(child, this.children[0] ?? null)
  }
  replaceChildren(...children: FakeElement[]): void {
    this.textContent = ''
    this.append(...children)
  }
  insertBefore(child: FakeElement, next: FakeElement | null): void {
    child.#parent = this
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, child)
  }
  remove(): void {
    if (this.#parent) this.#parent.children = this.#parent.children.filter((child) => child !== this)
  }
  find(tagName: string): FakeElement | undefined {
    return this.children.find((child) => child.tagName === tagName)
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }
  /** False when a listener has prevented the default. */
  dispatch(type: string): boolean {
    let proceed = true
    for (const listener of this.#listeners.get(type) ?? []) listener({ preventDefault: () => (proceed = false) })
    return proceed
  }
  click(): void {
    if (this.dispatch('click') && this.href) this.follow(this.href)
  }
  focus(): void {}
  scrollIntoView(): void {}
}

export type Frame = { action: string; requestId: string } & Record<string, unknown>

/** The data of the reply, a thrown error for an error frame, `undefined` for no reply at all. */
export type Answer = (frame: Frame) => object | undefined

export interface FakeBrowser {
  at(id: string): FakeElement
  /** Fill in a field and submit its form. */
  submit(form: string, field: string, value: string): void
  /** Frames of this action so far. */
  sent(action: string): Frame[]
  /** Where links have led, and what was opened. */
  followed: string[]
  receive(...events: object[]): void
  disconnect(): void
  /** Ends the wait before the next attempt. */
  reconnect(): void
}

/** Runs the page's script with this server behind its socket, the first attempt to connect being at `login`. */
export async function openPage(answer: Answer): Promise<FakeBrowser> {
  const html = await readFile(new URL('../../../src/local/page/index.html', import.meta.url), 'utf8')
  const [, script = ''] = /<script>([^]*)<\/script>/.exec(html) ?? []
  const followed: string[] = []
  const createElement = (tagName: string) => new FakeElement(tagName, (href) => followed.push(href))
  const elements = new Map(
    [...html.matchAll(/<(\w+)[^>]*\sid="(\w+)"/g)].map(([, tagName = '', id = '']) => [id, createElement(tagName)]),
  )
  const at = (id: string): FakeElement => {
    const element = elements.get(id)
    if (!element) throw new Error(`the page has no #${id}`)
    return element
  }

  const frames: Frame[] = []
  let socket: FakeSocket | undefined
  let wake: (() => void) | undefined

  class FakeSocket {
    static readonly OPEN = 1
    readyState = 0
    onopen?: () => void
    onmessage?: (event: { data: string }) => void
    onclose?: () => void

    constructor() {
      queueMicrotask(() => {
        this.readyState = FakeSocket.OPEN
        this.onopen?.()
      })
    }
    send(text: string): void {
      const frame = JSON.parse(text) as Frame
      frames.push(frame)
      queueMicrotask(() => {
        const { action, requestId } = frame
        try {
          const data = answer(frame)
          if (data) this.receive({ type: 'reply', action, requestId, data })
        } catch (error) {
          const { code, message } = error as ChatError
          this.receive({ type: 'error', action, requestId, error: { code, message } })
        }
      })
    }
    receive(frame: object): void {
      if (this.readyState === FakeSocket.OPEN) this.onmessage?.({ data: JSON.stringify(frame) })
    }
    close(): void {
      this.readyState = 3
      this.onclose?.()
    }
  }

  class FakeRequest {
    upload = {}
    status = 204
    onload?: () => void
    open(): void {}
    send(): void {
      queueMicrotask(() => this.onload?.())
    }
  }

  runInNewContext(script, {
    document: { getElementById: at, createElement },
    window: { open: (href: string) => followed.push(href) },
    location: { origin: 'http://localhost:8080' },
    fetch: async () => Response.json({ token: 'token' }),
    setTimeout: (callback: () => void) => (wake = callback),
    setInterval: () => undefined,
    // One at a time: the latest takes the place of the former.
    WebSocket: Object.assign(
      function () {
        return (socket = new FakeSocket())
      },
      { OPEN: FakeSocket.OPEN },
    ),
    XMLHttpRequest: FakeRequest,
    FormData,
    TextDecoder,
    crypto,
  })

  return {
    at,
    followed,
    submit(form, field, value) {
      at(field).value = value
      at(form).dispatch('submit')
    },
    sent: (action) => frames.filter((frame) => frame.action === action),
    receive: (...events) => socket?.receive({ type: 'events', events }),
    disconnect: () => socket?.close(),
    reconnect: () => wake?.(),
  }
}
