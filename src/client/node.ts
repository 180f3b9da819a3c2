import { ChatClient as Client } from './chat-client.ts'
import type { Socket } from './link.ts'
import { postFormByHttp } from './node-post-form.ts'
import type { ChatClientOptions } from './options.ts'

export * from './index.ts'

// Node has a WebSocket of its own from 22 on; `ws` is needed before only.
const NodeSocket = (globalThis as { WebSocket?: unknown }).WebSocket ?? (await import('ws')).WebSocket

const Socket = NodeSocket as new (url: string, protocols: string[]) => Socket

/** For Node: the same client, on sockets and uploads that Node has. */
export class ChatClient extends Client {
  constructor(options: ChatClientOptions) {
    super({ createSocket: (url, protocols) => new Socket(url, protocols), postForm: postFormByHttp, ...options })
  }
}
