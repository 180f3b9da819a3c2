import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { settledAfter, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { hear } from './listen.ts'
import { clientOf } from './online.ts'

const chat = await useChat({ environment: { SEARCH: 'on' }, followups: { maximumBatchingWindowInSeconds: 0 } })

/** Runs `npm run chat` with these parameters. */
function terminal(...parameters: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/chat/main.ts', ...parameters])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let output = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const wake of waiting) wake()
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number)
  let seen = 0
  /** Waits until all of these texts are printed, in any order, after what an earlier call has found. */
  const says = async (...texts: string[]) => {
    const endOf = (text: string) => output.indexOf(text, seen) + text.length
    const lacks = () => texts.some((text) => !output.includes(text, seen))
    while (lacks()) {
      const more = new Promise<void>((resolve) => waiting.add(resolve))
      const over = await Promise.race([more, ended])
      if (over !== undefined && lacks()) throw new Error(`the program ended; ${output}`)
    }
    seen = Math.max(...texts.map(endOf))
  }
  return { child, says, ended, output: () => output }
}

test('the terminal client makes a room, shows what is said, sends lines, and ends with its input', async () => {
  const room = unique('room')
  const ada = terminal('--as', 'ada', '--room', room, '--url', chat.wsUrl)
  await ada.says(`you are ada in ${room}`)
  const bob = clientOf(chat, 'bob')
  await bob.connect()
  const bobs = bob.room(room)
  const his = hear(bobs)
  await bobs.join()
  await ada.says('* <bob> joined')
  await bobs.send({ content: 'hello from bob' }).done
  await ada.says('<bob> hello from bob')
  ada.child.stdin.write('hello from ada\n')
  await his.until('hello from ada')
  ada.child.stdin.end('and good bye\n')
  expect(await ada.ended).toBe(0)
  await his.until('and good bye')
  expect(ada.output()).not.toContain('<ada> hello')

  const again = terminal('--as', 'ada', '--room', room, '--url', chat.wsUrl)
  await again.says('<ada> and good bye')
  await again.says('you are ada in')
  expect(again.output()).toMatch(/<bob> hello from bob\n<ada> hello from ada\n<ada> and good bye\n/)
})

test('the terminal client shows edits, reactions and deletions', async () => {
  const id = unique('room')
  const bob = clientOf(chat, 'bob')
  await bob.connect()
  const room = await bob.createRoom({ chatRoomId: id, roomName: 'A room', access: 'public' })
  const ada = terminal('--as', 'ada', '--room', id, '--url', chat.wsUrl)
  await ada.says('you are ada in')
  const { messageId } = await room.send({ content: 'helo' }).done
  await ada.says('<bob> helo')
  await room.edit(messageId, { content: 'hello' })
  await ada.says('* edited: <bob> hello')
  await room.react(messageId, '👍')
  await ada.says('* reactions to <bob> hello: 👍 1')
  await room.delete(messageId)
  await ada.says('* a message of <bob> was deleted')
})

test('the terminal client finds what was said, and ends when its user leaves', async () => {
  const id = unique('room')
  const bob = clientOf(chat, 'bob')
  await bob.connect()
  const room = await bob.createRoom({ chatRoomId: id, roomName: 'A room', access: 'public' })
  for (const content of ['a needle', 'hay', 'Needles']) await room.send({ content }).done
  await settledAfter(chat)
  const ada = terminal('--as', 'ada', '--room', id, '--url', chat.wsUrl)
  await ada.says('you are ada in')
  const before = ada.output().length
  ada.child.stdin.write('/find needl\n')
  await ada.says('found: 2\n')
  expect(
    ada
      .output()
      .slice(before)
      .match(/<bob> .*/g),
  ).toEqual(['<bob> a needle', '<bob> Needles'])
  ada.child.stdin.write('/find ?\n')
  await ada.says('unable to search; the query has no word')
  ada.child.stdin.write('/leave now\n')
  await ada.says('* /leave takes nothing after it; not now')
  // Its input is still open.
  ada.child.stdin.write('/leave\n')
  await ada.says('* done')
  expect(await ada.ended).toBe(0)
})

test('in the terminal a room gets doors, and its people are let in, silenced and shown out', async () => {
  const [id, ada, bob, eve] = [unique('room'), unique('ada'), unique('bob'), unique('eve')]
  const hers = terminal('--as', ada, '--room', id, '--url', chat.wsUrl)
  await hers.says(`you are ${ada} in ${id}`)
  const does = async (line: string, ...says: string[]) => {
    hers.child.stdin.write(`${line}\n`)
    await hers.says(...says)
  }
  await does('/access private', `* the room is now: <${id}>, private`, '* done')
  await does(`/add ${eve}`, `* added: <${eve}>`)
  await does('/invite 1', '* join with --invite ')
  const [, invite] = /--invite (\S+)/.exec(hers.output())!
  const his = terminal('--as', bob, '--invite', invite!, '--url', chat.wsUrl)
  await his.says(`you are ${bob} in ${id}`)
  await hers.says(`* <${bob}> joined`)
  his.child.stdin.write('buy now\n')
  await hers.says(`<${bob}> buy now`)
  await does(`/role ${bob} moderator`, `* <${bob}> is now moderator`, '* done')
  await does(`/silence ${bob} 10m`, `* <${bob}> is now moderator, silent until`, '* done')
  his.child.stdin.write('more\n')
  await his.says('* not sent: more')
  await does('/slow 30s', 'slow mode of 30 s', '* done')
  await does('/pin', '* done')
  await does('/pins', `<${bob}> buy now`)
  await does('/members', `<${ada}>, owner`)
  await does(`/report 1 spam`, '* done\n')
  await does(`/ban ${bob} 2h enough`, `* <${bob}> left`, '* done')
  expect(await his.ended).toBe(0)
  expect(his.output()).toMatch(/\* you are out of the room: banned until .*: enough\n/)
  await does('/bans', `* <${bob}> by <${ada}> until`)
  await does(`/role ${eve} king`, '* there is no role king; say one of guest, member, moderator, owner')
  for (const time of ['10min', '1w', '30']) {
    await does(`/ban ${eve} ${time} spam`, `* unable to read the duration ${time}; say 30m, 12h or 7d`)
  }
  await does(`/silence ${eve} 10min`, '* unable to read the duration 10min; say 30m, 12h or 7d')
  await does('/slow 30', '* unable to read the duration 30; say 30m, 12h or 7d')
  await does('/announce yes', '* there is no setting yes; say one of on, off')
  await does('/access open', '* there is no access open; say one of public, link, private')
  await does('/close 22:00', '* /close takes nothing after it; not 22:00')
  await does('/invite many', '* unable to read the number many; say 1, 2, 3 and so on')
  await does(`/unban ${bob} ${eve}`, `* one name is taken, and nothing after it; not ${eve}`)
  // None of this was done.
  await does('/details', `* <${id}>, private; slow mode of 30 s\n`)
  await does('/members', `<${eve}>, member\n`)
  await does('/log', `: report <${bob}>: spam`)
  await does('/drop other', `* this room is ${id}; say its id to delete it`)
  await does(`/drop ${id}`, '* the room was deleted')
  expect(await hers.ended).toBe(0)
})

test('what others write moves no cursor, sets no title, and looks like no other message', async () => {
  const id = unique('room')
  const bob = clientOf(chat, 'bob')
  await bob.connect()
  const room = await bob.createRoom({ chatRoomId: id, roomName: 'A room' })
  await room.send({ content: '\u001b]0;owned\u0007\u001b[2J\u202etxt.exe\nada: I agree\u0085' }).done
  const ada = terminal('--as', 'ada', '--room', id, '--url', chat.wsUrl)
  await ada.says('you are ada in')
  expect(ada.output()).toContain('<bob> �]0;owned��[2J�txt.exe\n    ada: I agree�\n')
})

test('no name of a user or a room goes on as if it were the program’s own words', async () => {
  const [id, ada] = [unique('room'), unique('ada')]
  const hers = terminal('--as', ada, '--room', id, '--url', chat.wsUrl)
  await hers.says('you are')
  hers.child.stdin.write('/access link\n')
  await hers.says('* done')
  const eve = clientOf(chat, `bob> left; <bob, owner, ${ada}`)
  await eve.connect()
  const room = eve.room(id)
  await room.join()
  await hers.says(`* <bob\ufffd left; \ufffdbob, owner, ${ada}> joined\n`)
  hers.child.stdin.write('/members\n')
  await hers.says(`<bob\ufffd left; \ufffdbob, owner, ${ada}>, member\n`)
  const lure = await eve.createRoom({ roomName: 'General: --room general', members: [ada] })
  await hers.says(` has put you into <General: --room general>: --room ${lure.id}\n`)
  hers.child.stdin.write('/leave\n')
  expect(await hers.ended).toBe(0)
})

test('a token comes from a command, and a room that can’t exist is reported', async () => {
  const room = unique('room')
  const print = `${process.execPath} -e "console.log(process.argv[1])"`
  const bob = terminal(
    '--as',
    'bob',
    '--room',
    room,
    '--url',
    chat.wsUrl,
    '--token-command',
    `${print} ${await chat.token('bob')}`,
  )
  await bob.says(`you are bob in ${room}`)
  const eve = terminal('--as', 'eve', '--room', 'not an id', '--url', chat.wsUrl)
  expect(await eve.ended).toBe(2)
  expect(eve.output()).toContain('; chatRoomId must be 1 to 64')
})

test.each([
  ['without a name', ['--room', 'general']],
  ['with an address that is no WebSocket', ['--as', 'ada', '--url', 'http://localhost:8080']],
  ['with an option that there is none of', ['--as', 'ada', '--rom', 'general']],
])('%s it says how to use it', async (_, parameters) => {
  const { ended, output } = terminal(...parameters)
  expect(await ended).toBe(2)
  expect(output()).toContain('usage: npm run chat -- --as NAME')
})

test('--help says how to use it, and is no failure', async () => {
  const { ended, output } = terminal('--help')
  expect(await ended).toBe(0)
  expect(output()).toMatch(/^usage: npm run chat -- --as NAME/)
})
