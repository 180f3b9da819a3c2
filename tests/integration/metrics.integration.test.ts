import { afterAll, expect, test } from 'vitest'
import type { Log } from '../../local/contracts.ts'
import { ASSUMED } from '../../scripts/costs/model.ts'
import { metricsIn, OWN_METRICS } from '../support/cloudwatch.ts'
import { givenRoom } from '../support/given-room.ts'
import { refusal } from '../support/handshake.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

/** The lines that the functions have printed, as CloudWatch Logs receives them. */
const printed: string[] = []
const log: Log = {
  info: (line) => void printed.push(line),
  warn: () => {},
  error: () => {},
}
const chat = await useChat({ log })
afterAll(() => printed.splice(0))

/** Returns the sums of the metrics written since the last call. */
function written(): Record<string, number> {
  const metrics = metricsIn(printed.splice(0))
  return Object.fromEntries(
    [...metrics].map(([key, values]) => [
      key.replace('Tabletalk/local ', ''),
      values.reduce((sum, value) => sum + value, 0),
    ]),
  )
}

const idle = async () => {
  await chat.bucket.idle()
  await chat.mapping.idle()
}

test('everything that is counted is counted where alarms and charts look, and nothing else', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await idle()
  written()

  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await bob.messages(room, ['hello'])
  await idle()
  const metricLine = printed.find((line) => line.includes('EventsDelivered'))?.length
  const ofMessage = written()
  expect(ofMessage).toMatchObject({ 'PostsDelivered service=fan-out': 1, 'EventsDelivered service=fan-out': 1 })
  expect(ofMessage['DeliveryLatency service=fan-out']).toBeGreaterThan(0)

  expect(metricLine).toBeGreaterThan(ASSUMED.metricLogBytes * 0.7)
  expect(metricLine).toBeLessThanOrEqual(ASSUMED.metricLogBytes)

  await sendForm(await givenUpload(ada, room), png)
  await idle()
  const ofUpload = written()
  expect(ofUpload).toMatchObject({ 'PostsDelivered service=fan-out': 2, 'EventsDelivered service=fan-out': 2 })
  expect(ofUpload['DeliveryLatency service=fan-out']).toBeGreaterThan(0)

  expect(await refusal(`${chat.wsUrl}?token=garbage`)).toBe(401)
  expect(await refusal(chat.wsUrl)).toBe(401)
  const ofRefusals = written()
  expect(ofRefusals).toEqual({ 'ConnectsRefused service=connect': 2 })

  const all = [ofMessage, ofUpload, ofRefusals].flatMap((each) => Object.keys(each))
  expect([...new Set(all)].sort()).toEqual(OWN_METRICS.toSorted())
})

test('a frame that is not allowed, and a bad token, are no errors of a function', async () => {
  const { clients } = await givenRoom(chat, 'ada')
  const failures: unknown[] = []
  log.error = (...failure) => void failures.push(failure)
  await expect(clients[0].request({ action: 'joinRoom', chatRoomId: 'nosuch' })).rejects.toThrow('room_not_found')
  expect(await refusal(`${chat.wsUrl}?token=garbage`)).toBe(401)
  expect(failures).toEqual([])
})
