import { expect, test } from 'vitest'
import { pageOfVersion010 } from '../../bench/shared/page-of-version-0-1-0.ts'
import { PageFiles } from '../../local/page/page-files.ts'
import { clientOf } from '../client/online.ts'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { Stage } from './support/stage.ts'

const stage = Stage.set({ pageFiles: new PageFiles(pageOfVersion010) })

test('the page of 0.1.0 shows a room with edits, deletions, reactions and threads, and goes on after an absence', async () => {
  const ada = clientOf(stage.chat, unique('ada'))
  await ada.connect()
  const room = await ada.createRoom({ chatRoomId: unique('room'), roomName: 'Kitchen' })
  const say = async (content: string, more = {}) => (await room.send({ content, ...more }).done).messageId
  const change = async (round: string) => {
    const [changed, gone, root] = [await say(`${round} typo`), await say(`${round} oops`), await say(`${round} root`)]
    await room.edit(changed, { content: `${round} edited` })
    await room.react(changed, '👍')
    await room.delete(gone)
    await say(`${round} reply`, { threadId: root })
    await say(`${round} quote`, { replyTo: changed })
    await room.pin(root)
    return say(`${round} end`)
  }
  await change('first')
  const bob = await stage.enter(unique('bob'), { at: `#/room/${room.id}` })
  await bob.button('Join the room').click()
  await bob.sees('first end')
  const read = ['first edited', 'first root', 'first reply', 'first quote', 'first end']
  await eventually(() => bob.texts()).toEqual(read)

  await change('second')
  await bob.sees('second end')
  const told = ['second typo', 'second oops', 'second root', 'second reply', 'second quote', 'second end']
  await eventually(() => bob.texts()).toEqual([...read, ...told])

  await stage.disconnect(bob)
  await change('third')
  await bob.context.setOffline(false)
  await bob.sees('third end')
  const missed = ['third edited', 'third root', 'third reply', 'third quote', 'third end']
  await eventually(() => bob.texts()).toEqual([...read, ...told, ...missed])

  await bob.say('and I can answer')
  await eventually(() => room.messages.at(-1)?.content).toBe('and I can answer')
  ada.disconnect()
  expect(bob.problems.unexpected).toEqual([])
})
