import { expect, test } from 'vitest'
import { audiencesOf } from '../../src/delivery/audience.ts'
import type { Delivery } from '../../src/delivery/delivery.ts'

const delivery = (through: string, userId: string): Delivery => ({
  event: { event: 'memberLeft', chatRoomId: 'stadium', userId, timestamp: 1 },
  range: { after: '28#~', through },
})

test('ranges that begin at one place and end at two are two audiences', () => {
  expect(audiencesOf([delivery('2e', 'ada'), delivery('2f', 'bob')]).map(({ range }) => range?.through)).toEqual([
    '2e',
    '2f',
  ])
  expect(audiencesOf([delivery('2e', 'ada'), delivery('2e', 'bob')])).toHaveLength(1)
})
