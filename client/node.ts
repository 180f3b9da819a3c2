import { ChatClient as Client } from './chat-client.ts'
import type { Socket } from './link.ts'
import { postFormByHttp } from './node-post-form.ts'
import type { ChatClientOptions } from './options.ts'

export * from './index.ts'

// Node has a WebSocket from 22 on; older versions need the package `ws`.
const NodeSocket = (globalThis as { WebSocket?: unknown }).WebSocket ?? (await installedSocket())

async function installedSocket(): Promise<unknown> {
  try {
    return (await import('ws')).WebSocket
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function createSocket(url: string, protocols: string[]): Socket {
  if (NodeSocket === undefined) throw new Error('unable to connect; Node before 22 needs the package ws: npm i ws')
  return new (NodeSocket as new (url: string, protocols: string[]) => Socket)(url, protocols)
}

/** The client for Node: the same as for browsers, with Node's sockets and uploads. */
export class ChatClient extends Client {
  constructor(options: ChatClientOptions) {
    super({ createSocket, postForm: postFormByHttp, ...options })
  }
}
