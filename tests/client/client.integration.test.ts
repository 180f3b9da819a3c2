import { expect, test } from 'vitest'
import { type ChatClient, type Room, UnauthorizedError } from '../../client/index.ts'
import { quietLog } from '../support/quiet-log.ts'
import { unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { png } from '../support/upload-form.ts'
import { hear, listen, status } from './listen.ts'
import { LossySocket } from './lossy-socket.ts'
import { clientOf } from './online.ts'
import { VirtualClock } from './virtual-clock.ts'

const DAY_MS = 24 * 60 * 60_000

const chat = await useChat({ log: quietLog })

/** Ada and Bob, both connected, in a room of theirs. */
async function givenTwo(options: Parameters<typeof clientOf>[2] = {}) {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = [clientOf(chat, adaId), clientOf(chat, bobId, options)]
  await Promise.all([ada.connect(), bob.connect()])
  const adas = await ada.createRoom({ chatRoomId: unique('room'), roomName: 'Theirs' })
  const bobs = bob.room(adas.id)
  await bobs.join()
  return { ada, bob, adas, bobs, adaId, bobId }
}

const listenToStatus = (client: ChatClient): string[] => {
  const statuses: string[] = []
  client.on('status', ({ status }) => statuses.push(status))
  return statuses
}

/** Cuts every connection of the runtime, as a lost network does, and waits until the client has noticed. */
async function cut(client: ChatClient): Promise<void> {
  const noticed = status(client, 'disconnected')
  for (const connectionId of chat.gateway.connectionIds()) chat.gateway.terminate(connectionId)
  await noticed
}

test('two talk: each message once and in order for both, the sender’s own among them', async () => {
  const { adas, bobs, adaId } = await givenTwo()
  const [hers, his] = [hear(adas), hear(bobs)]
  await adas.send({ content: 'hello' }).done
  await his.until('hello')
  await bobs.broadcast({ content: 'hello yourself' }).done
  await hers.until('hello yourself')
  expect(hers.contents()).toEqual(['hello', 'hello yourself'])
  expect(his.contents()).toEqual(['hello', 'hello yourself'])
  const { messages, hasMore } = await bobs.history({ before: 2 })
  expect(messages).toMatchObject([{ seq: 1, kind: 'text', senderId: adaId, content: 'hello' }])
  expect(hasMore).toBe(false)
})

test('joining and leaving are announced, and members has them all', async () => {
  const { adas, bobs, adaId, bobId } = await givenTwo()
  const left = listen(adas, 'memberLeft')
  expect(await adas.members()).toEqual([adaId, bobId].sort())
  await bobs.leave()
  expect(await left.until(() => true)).toMatchObject({ userId: bobId })
  expect(await adas.members()).toEqual([adaId])
  const joined = listen(adas, 'memberJoined')
  await bobs.join()
  expect(await joined.until(() => true)).toMatchObject({ userId: bobId })
})

test('a lost connection comes back with what was missed, once and in order', async () => {
  const { bob, adas, bobs } = await givenTwo()
  const his = hear(bobs)
  const recovered = listen(bobs, 'recovered')
  await adas.send({ content: 'before' }).done
  await his.until('before')
  const back = status(bob, 'connected')
  await cut(bob)
  const meanwhile = ['one', 'two', 'three'].map((content) => adas.send({ content }))
  await Promise.all([back, ...meanwhile.map(({ done }) => done)])
  await his.until('three')
  expect(his.contents()).toEqual(['before', 'one', 'two', 'three'])
  expect(recovered.heard.length).toBeGreaterThan(0)
})

test('what is written without a connection is sent in order once it is back', async () => {
  const { ada, adas, bobs } = await givenTwo()
  const his = hear(bobs)
  ada.disconnect()
  const messages = ['one', 'two', 'three'].map((content) => adas.send({ content }))
  expect(messages.map(({ state }) => state)).toEqual(['sending', 'sending', 'sending'])
  await ada.connect()
  await his.until('three')
  expect(his.contents()).toEqual(['one', 'two', 'three'])
})

test('an answer that is lost with its connection makes no second message', async () => {
  const { ada, adas, bobs } = await givenTwo()
  const his = hear(bobs)
  const message = adas.send({ content: 'hello' })
  await cut(ada)
  await message.done
  await adas.send({ content: 'the end' }).done
  await his.until('the end')
  expect(his.contents()).toEqual(['hello', 'the end'])
})

test('posts that come twice, or late, or never, are one message each and in order', async () => {
  const { adas, bobs } = await givenTwo({ holeWaitMs: 100 })
  const his = hear(bobs)
  const fates = [{ status: 403 }, { status: 500, deliver: true }, { delayMs: 30 }, { status: 200 }]
  let posts = 0
  chat.gateway.faults.onPost = () => fates[posts++ % fates.length]
  const contents = Array.from({ length: 12 }, (_, i) => `message ${i}`)
  for (const content of contents) {
    await adas.send({ content }).done
    await chat.mapping.idle()
  }
  chat.gateway.faults.onPost = undefined
  await adas.send({ content: 'the end' }).done
  await his.until('the end')
  expect(his.contents()).toEqual([...contents, 'the end'])
  expect(posts).toBeGreaterThan(contents.length)
})

test('requests at the same time have each their own answer', async () => {
  const { adas } = await givenTwo()
  for (const content of ['one', 'two', 'three']) await adas.send({ content }).done
  const pages = await Promise.all([1, 2, 3].map((limit) => adas.history({ limit })))
  expect(pages.map(({ messages }) => messages.length)).toEqual([1, 2, 3])
})

test('a half-open connection is found out by a ping, and nothing is lost', async () => {
  const sockets: LossySocket[] = []
  const { bob, adas, bobs } = await givenTwo({
    createSocket: (url, protocols) => {
      sockets.push(new LossySocket(url, protocols))
      return sockets.at(-1)!
    },
    pingIntervalMs: 50,
    requestTimeoutMs: 500,
  })
  const his = hear(bobs)
  const back = status(bob, 'connected')
  sockets.at(-1)!.freeze()
  await adas.send({ content: 'hello?' }).done
  await back
  await his.until('hello?')
  for (const socket of sockets) socket.terminate()
  expect(his.contents()).toEqual(['hello?'])
})

test('a connection is replaced before its token expires, with nothing missed or doubled and nobody told', async () => {
  const userId = unique('bob')
  const sockets: LossySocket[] = []
  let renewed!: () => void
  const renewal = new Promise<void>((resolve) => (renewed = resolve))
  const bob = clientOf(chat, userId, {
    getToken: () => chat.token(userId, { expiresInSeconds: sockets.length === 0 ? 5 : 60 }),
    createSocket: (url, protocols) => {
      const socket = new LossySocket(url, protocols)
      if (sockets.push(socket) === 2) socket.on('open', renewed)
      return socket
    },
    random: () => 1,
  })
  const ada = clientOf(chat, unique('ada'))
  await Promise.all([ada.connect(), bob.connect()])
  const statuses = listenToStatus(bob)
  const adas = await ada.createRoom({ roomName: 'Theirs', members: [userId] })
  const bobs = bob.room(adas.id)
  const his = hear(bobs)
  const contents: string[] = []
  const say = async (content: string) => {
    contents.push(content)
    await adas.send({ content }).done
  }
  await say('first')
  let isRenewed = false
  const talk = (async () => {
    for (let i = 0; !isRenewed; i++) await say(`message ${i}`)
  })()
  await renewal
  isRenewed = true
  await talk
  await say('last')
  await his.until('last')
  expect(his.contents()).toEqual(contents)
  expect(statuses).toEqual([])
})

test('a connection is replaced before its 2 h are over, and a message in between is neither lost nor doubled', async () => {
  const userId = unique('bob')
  const sockets: LossySocket[] = []
  const clock = new VirtualClock()
  const bob = clientOf(chat, userId, {
    clock,
    getToken: () => chat.token(userId, { expiresInSeconds: 86_400 }),
    createSocket: (url, protocols) => {
      sockets.push(new LossySocket(url, protocols))
      return sockets.at(-1)!
    },
    // The clock runs faster than the network, which would have no time to answer.
    ...{ pingIntervalMs: DAY_MS, connectTimeoutMs: DAY_MS, requestTimeoutMs: DAY_MS },
  })
  const ada = clientOf(chat, unique('ada'))
  await Promise.all([ada.connect(), bob.connect()])
  const statuses = listenToStatus(bob)
  const adas = await ada.createRoom({ roomName: 'Theirs', members: [userId] })
  const his = hear(bob.room(adas.id))
  await adas.send({ content: 'before' }).done
  await his.until('before')
  const [first] = sockets
  const closed = new Promise<number>((resolve) => first!.on('close', resolve))
  await clock.advance(119 * 60_000)
  await adas.send({ content: 'meanwhile' }).done
  // The client closed it itself: the gateway would have closed with 1001.
  expect(await closed).toBe(1000)
  expect(sockets).toHaveLength(2)
  await adas.send({ content: 'after' }).done
  await his.until('after')
  expect(his.contents()).toEqual(['before', 'meanwhile', 'after'])
  expect(statuses).toEqual([])
})

test('a renewal that has synced and then failed does not leave the old connection deaf', async () => {
  const userId = unique('bob')
  const sockets: LossySocket[] = []
  const clock = new VirtualClock()
  const bob = clientOf(chat, userId, {
    clock,
    getToken: () => chat.token(userId, { expiresInSeconds: 86_400 }),
    createSocket: (url, protocols) => {
      const socket = new LossySocket(url, protocols)
      // The first socket has a session of its own, the second the client's session. The third is the renewal.
      socket.losesNextFrame = sockets.push(socket) === 3
      return socket
    },
    ...{ pingIntervalMs: DAY_MS, connectTimeoutMs: DAY_MS, requestTimeoutMs: DAY_MS },
  })
  const ada = clientOf(chat, unique('ada'))
  await Promise.all([ada.connect(), bob.connect()])
  const adas = await ada.createRoom({ roomName: 'Theirs', members: [userId] })
  const his = hear(bob.room(adas.id))
  await adas.send({ content: 'before' }).done
  await his.until('before')

  const lost = status(bob, 'disconnected')
  sockets[0]!.terminate()
  await lost
  const back = status(bob, 'connected')
  await clock.advance(20)
  await back
  // Resolves with the reply to the sync with which the old connection takes its session back.
  const synced = new Promise<void>((resolve) => {
    sockets[1]!.on('message', (data: Buffer) => {
      if (data.toString().includes('"action":"sync"')) resolve()
    })
  })
  await clock.advance(119 * 60_000)
  await synced
  await adas.send({ content: 'after' }).done
  await his.until('after')
  expect(his.contents()).toEqual(['before', 'after'])
  expect(sockets).toHaveLength(3)
})

test.each([
  ['the message', async (room: Room) => void (await room.send({ content: 'done' }).done)],
  ['it is taken back', async (room: Room) => room.typing.stop()],
])('who types is shown until %s', async (_, end) => {
  const { adas, bobs, adaId } = await givenTwo()
  const typing = listen(bobs, 'typing')
  adas.typing.keystroke()
  adas.typing.keystroke()
  await typing.until((userIds) => userIds.includes(adaId))
  await end(adas)
  await typing.until((userIds) => userIds.length === 0)
  expect(typing.heard).toEqual([[adaId], []])
})

test('several tabs of a user each get everything once, a message of one in the others too', async () => {
  const { ada, adas, bobs, adaId } = await givenTwo()
  const tab = clientOf(chat, adaId)
  await tab.connect()
  expect(tab.rooms.map(({ id }) => id)).toEqual([adas.id])
  const views = [hear(adas), hear(tab.room(adas.id)), hear(bobs)]
  const sends: [Room, string][] = [
    [adas, 'from the first'],
    [tab.room(adas.id), 'from the second'],
    [bobs, 'from bob'],
  ]
  for (const [room, content] of sends) await room.send({ content }).done
  await Promise.all(views.flatMap(({ until }) => sends.map(([, content]) => until(content))))
  for (const view of views) expect(view.contents()).toEqual(sends.map(([, content]) => content))

  const added = new Promise<string>((resolve) => tab.on('roomAdded', ({ id }) => resolve(id)))
  const another = await ada.createRoom({ roomName: 'Another' })
  const heardInTab = hear(tab.room(another.id))
  await another.send({ content: 'first' }).done
  expect(await added).toBe(another.id)
  await heardInTab.until('first')
})

test('direct: both hear every message of the conversation, the first one too', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = [clientOf(chat, adaId), clientOf(chat, bobId)]
  const [toBob, toAda] = [ada.direct(bobId), bob.direct(adaId)]
  const [hers, his] = [hear(toBob), hear(toAda)]
  await Promise.all([ada.connect(), bob.connect()])
  const { chatRoomId } = await toBob.send({ content: 'hello' }).done
  await his.until('hello')
  await toAda.send({ content: 'hello yourself' }).done
  await hers.until('hello yourself')
  expect(hers.contents()).toEqual(['hello', 'hello yourself'])
  expect(his.contents()).toEqual(['hello', 'hello yourself'])
  expect([toBob.room?.id, toAda.room?.id]).toEqual([chatRoomId, chatRoomId])

  const later = clientOf(chat, bobId)
  await later.connect()
  const again = hear(later.direct(adaId))
  await toBob.send({ content: 'and another' }).done
  await Promise.all([again.until('and another'), his.until('and another')])
})

test('upload sends a file, tells how far it has come, and resolves with its message', async () => {
  const { adas, bobs } = await givenTwo()
  const files = listen(bobs, 'message')
  const progress: number[] = []
  const file = new File([png], 'dot.png', { type: 'image/png' })
  const message = await adas.upload(file, { caption: 'a dot', onProgress: (fraction) => progress.push(fraction) })
  expect(message).toMatchObject({ kind: 'file', content: 'a dot', file: { fileName: 'dot.png', size: png.length } })
  expect(progress.at(-1)).toBe(1)
  expect(await files.until(({ kind }) => kind === 'file')).toMatchObject({ seq: message.seq })
  const { fileUrl } = await bobs.fileUrl(message.messageId)
  expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer())).toEqual(png)
})

test('an upload that isn’t what it says is refused with the reason', async () => {
  const { adas } = await givenTwo()
  const lie = new Blob(['<script>'], { type: 'image/png' })
  await expect(adas.upload(lie)).rejects.toMatchObject({ code: 'upload_failed', message: /type_mismatch/ })
})

test('an aborted upload ends with the reason it was aborted with', async () => {
  const { adas } = await givenTwo()
  const reason = new Error('changed my mind')
  await expect(adas.upload(new Blob([png]), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const abort = new AbortController()
  const large = new Blob([png, new Uint8Array(4_000_000)], { type: 'image/png' })
  const upload = adas.upload(large, { signal: abort.signal, onProgress: () => abort.abort(reason) })
  await expect(upload).rejects.toBe(reason)
})

test('UnauthorizedError from getToken ends the attempts', async () => {
  const client = clientOf(chat, unique('ada'), {
    getToken: async () => {
      throw new UnauthorizedError('signed out')
    },
  })
  await expect(client.connect()).rejects.toMatchObject({ message: 'signed out' })
  expect(client.status).toBe('failed')
})

test('a token that isn’t accepted is asked for anew', async () => {
  const userId = unique('ada')
  let calls = 0
  const client = clientOf(chat, userId, { getToken: () => (++calls < 3 ? 'not.a.token' : chat.token(userId)) })
  await client.connect()
  expect(client.userId).toBe(userId)
  expect(calls).toBe(3)
})

test('a listener that throws keeps nobody else from hearing', async () => {
  const errors: unknown[] = []
  const { adas, bobs } = await givenTwo({ onError: (error) => errors.push(error) })
  bobs.on('message', () => {
    throw new Error('thrown')
  })
  const his = hear(bobs)
  await adas.send({ content: 'one' }).done
  await adas.send({ content: 'two' }).done
  await his.until('two')
  expect(his.contents()).toEqual(['one', 'two'])
  expect(errors).toHaveLength(2)
})

test('the waits between attempts grow, and begin anew after a connection that held', async () => {
  const userId = unique('ada')
  let refused = 4
  const client = clientOf(chat, userId, {
    getToken: () => (refused-- > 0 ? 'not.a.token' : chat.token(userId)),
    backoff: { minMs: 1, maxMs: 6 },
    random: () => 1,
    stableAfterMs: 0,
  })
  const waits: (number | undefined)[] = []
  client.on('status', ({ status, retryInMs }) => {
    if (status === 'disconnected') waits.push(retryInMs)
  })
  await client.connect()
  expect(waits).toEqual([2, 3, 5, 6])
  // The connection was stable for longer than `stableAfterMs`, because an answer has arrived.
  await client.createRoom({ roomName: 'A room' })
  await cut(client)
  expect(waits.at(-1)).toBe(2)
})

test('a client that the throttle of $connect refuses waits with backoff, and connects with a fresh token', async () => {
  const userId = unique('ada')
  let [refusals, tokens] = [3, 0]
  chat.gateway.faults.onUpgrade = () => (refusals-- > 0 ? 429 : undefined)
  const client = clientOf(chat, userId, {
    getToken: () => {
      tokens += 1
      return chat.token(userId)
    },
    backoff: { minMs: 1, maxMs: 6 },
    random: () => 1,
  })
  const changes: (string | number | undefined)[][] = []
  client.on('status', ({ status, retryInMs, error }) => {
    if (status !== 'connecting') changes.push([status, retryInMs, error?.code])
  })
  await client.connect()
  expect(changes).toEqual([
    ['disconnected', 2, 'disconnected'],
    ['disconnected', 3, 'disconnected'],
    ['disconnected', 5, 'disconnected'],
    ['connected', undefined, undefined],
  ])
  expect(tokens).toBe(4)
})

test('a message that is refused has failed with the reason, and retry sends it once it would be taken', async () => {
  const { adas } = await givenTwo()
  const bob = clientOf(chat, unique('bob'))
  await bob.connect()
  const room = bob.room(adas.id)
  const refused = room.send({ content: 'let me in' })
  await expect(refused.done).rejects.toMatchObject({
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
    retryable: false,
  })
  expect(refused.state).toBe('failed')
  await room.join()
  refused.retry()
  expect(refused.state).toBe('sending')
  await expect(refused.done).resolves.toMatchObject({ seq: 1, duplicate: false })
  expect(refused.state).toBe('sent')
})

test('more messages than may wait fail at once, and the others are sent in order', async () => {
  const { adas, bobs } = await givenTwo({ outboxLimit: 2 })
  const hers = hear(adas)
  const sent = ['one', 'two', 'three'].map((content) => bobs.send({ content }))
  await expect(sent[2]!.done).rejects.toMatchObject({
    code: 'outbox_full',
    message: 'unable to send; too many messages wait to be sent',
    retryable: true,
  })
  await Promise.all(sent.slice(0, 2).map(({ done }) => done))
  sent[2]!.retry()
  await hers.until('three')
  expect(hers.contents()).toEqual(['one', 'two', 'three'])
})

test('a message whose post is refused for good, and that nothing follows, is found all the same', async () => {
  const { adas, bobs } = await givenTwo({ checkIntervalMs: 100 })
  const his = hear(bobs)
  chat.gateway.faults.onPost = () => ({ status: 403 })
  await adas.send({ content: 'the last one' }).done
  await his.until('the last one')
  expect(his.contents()).toEqual(['the last one'])
})

test('a room that the user has left on another connection is given up here too, at the next refusal or check', async () => {
  const { adas, ada, adaId } = await givenTwo()
  const [tab, quietTab] = [clientOf(chat, adaId), clientOf(chat, adaId, { checkIntervalMs: 50 })]
  await Promise.all([tab.connect(), quietTab.connect()])
  const left = [tab, quietTab].map((client) => listen(client.room(adas.id), 'memberLeft').until(() => true))
  await ada.room(adas.id).leave()
  await expect(tab.room(adas.id).send({ content: 'still here?' }).done).rejects.toMatchObject({
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
  })
  expect((await Promise.all(left)).map(({ userId }) => userId)).toEqual([adaId, adaId])
  expect([tab, quietTab].map((client) => client.rooms)).toEqual([[], []])
})

test('who has left a direct conversation and is written to again hears what is new, and nothing twice', async () => {
  const [ada, bob] = [clientOf(chat, unique('ada')), clientOf(chat, unique('bob'))]
  await Promise.all([ada.connect(), bob.connect()])
  const his = hear(bob.direct(ada.userId!))
  const hers = ada.direct(bob.userId!)
  await hers.send({ content: 'one' }).done
  await hers.send({ content: 'two' }).done
  await his.until('two')
  await bob.direct(ada.userId!).room!.leave()
  await hers.send({ content: 'three' }).done
  await his.until('three')
  expect(his.contents()).toEqual(['one', 'two', 'three'])
})
