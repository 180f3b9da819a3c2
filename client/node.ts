import { createRequire } from 'node:module'
import { ChatClient as Client } from './chat-client.ts'
import type { Socket } from './link.ts'
import { postFormByHttp } from './node-post-form.ts'
import type { ChatClientOptions } from './options.ts'

export * from './index.ts'

// Node has a WebSocket since version 22; older versions need the package `ws`. There is no top-level `await`, so that
// `require()` of this module works too.
const NodeSocket = (globalThis as { WebSocket?: unknown }).WebSocket ?? installedSocket()

function installedSocket(): unknown {
  try {
    return (createRequire(import.meta.url)('ws') as { WebSocket: unknown }).WebSocket
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function createSocket(url: string, protocols: string[]): Socket {
  if (NodeSocket === undefined) throw new Error('unable to connect; Node before 22 needs the package ws: npm i ws')
  return new (NodeSocket as new (url: string, protocols: string[]) => Socket)(url, protocols)
}

/** The client for Node. It has the same API as the one for browsers, and uses Node's sockets and HTTP. */
export class ChatClient extends Client {
  constructor(options: ChatClientOptions) {
    super({ createSocket, postForm: postFormByHttp, ...options })
  }
}
