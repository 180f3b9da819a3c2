/** The user who does their worst, in a process of their own: all connections that one may have, one kind of frames. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { answerCalls } from '../shared/rpc.ts'

type Frame = Record<string, unknown>
type Attack = (room: string, i: number) => Frame[]

const text = 'x'.repeat(16_000)
const messageId = '0000000000000001'

/** Each is asked one after the other on one connection. */
const attacks: Record<string, Attack> = {
  rooms: (_room, i) => {
    const chatRoomId = `worst-${String(process.pid)}-${String(i)}`
    const made = { action: 'createRoom', chatRoomId, roomName: 'Mine', members: strangers(i) }
    return [made, { action: 'deleteRoom', chatRoomId }]
  },
  syncs: (room) => [{ action: 'sync', rooms: { [room]: 0 }, revs: { [room]: 0 } }],
  searches: (room, i) => [{ action: 'searchMessages', chatRoomIds: [room], query: 'xyzzy'[i % 5] }],
  reactions: (chatRoomId, i) => [
    { action: i % 2 === 0 ? 'addReaction' : 'removeReaction', chatRoomId, messageId, reaction: `r${String(i % 40)}` },
  ],
  sends: (chatRoomId) => [{ action: 'sendMessage', chatRoomId, content: text }],
  history: (chatRoomId) => [{ action: 'getHistory', chatRoomId, limit: 100 }],
  joins: (chatRoomId) => [
    { action: 'leaveRoom', chatRoomId },
    { action: 'joinRoom', chatRoomId },
  ],
  presence: (chatRoomId, i) => [
    { action: 'enterPresence', chatRoomId, data: { i } },
    { action: 'leavePresence', chatRoomId },
  ],
  typing: (chatRoomId, i) => [{ action: 'typingIndicator', chatRoomId, isTyping: i % 2 === 0 }],
  uploads: (chatRoomId) => [
    { action: 'handleFileUpload', chatRoomId, fileName: 'a', contentType: 'text/plain', size: 25_000_000 },
  ],
  /** Comes and goes: each connection is closed after its sync. */
  connections: () => [],
  guesses: (_room, i) => [{ action: 'joinRoom', chatRoomId: `guess-${String(i)}` }],
}

const strangers = (i: number) => Array.from({ length: 100 }, (_, k) => `stranger-${String(i)}-${String(k)}`)

let isOver = true
let going: Promise<unknown> | undefined
let answers: Record<string, number> = {}

const calls = {
  /** Begins, at so many frames a second at most over all connections. */
  async begin({ wsUrl, token, room, attack, connections, perSecond }: Beginning) {
    isOver = false
    answers = {}
    let next = performance.now()
    let frames = 0
    const turn = async () => {
      next = Math.max(next + 1_000 / perSecond, performance.now())
      await sleep(next - performance.now())
    }
    const one = async () => {
      let client = await synced(wsUrl, token)
      while (!isOver) {
        await turn()
        if (attack === 'connections') {
          await client.close()
          client = await synced(wsUrl, token)
          note('reply')
        }
        for (const frame of attacks[attack]!(room, frames++)) {
          const answer = await client.ask(frame)
          note(answer.type === 'error' ? answer.error.code : answer.type)
        }
      }
      await client.close()
    }
    going = Promise.all(Array.from({ length: connections }, one))
    going.catch(() => {})
  },

  /** Ends, and returns how often it was answered how. */
  async end() {
    isOver = true
    await going
    return answers
  },
}

interface Beginning {
  wsUrl: string
  token: string
  room: string
  attack: string
  connections: number
  perSecond: number
}

async function synced(wsUrl: string, token: string): Promise<RawClient> {
  const client = await RawClient.open(wsUrl, token)
  note((await client.ask({ action: 'sync' })).type)
  return client
}

function note(answer: string): void {
  answers[answer] = (answers[answer] ?? 0) + 1
}

export type WorstCalls = typeof calls

answerCalls(calls)
