import { describe, expect, test } from 'vitest'
import type { MarkerMove } from '../../src/streams/marker-moved.ts'
import { mergeMoves } from '../../src/streams/merge-moves.ts'
import type { Recorded } from '../../src/streams/recorded.ts'
import type { Unhurried } from '../../src/streams/turns.ts'

const move = (sequenceNumber: string, more: Partial<MarkerMove>): Recorded<Unhurried> => {
  const usual = { userId: 'ada', chatRoomId: 'general', seq: 1, at: 1, before: 0, isPrivate: false }
  return { sequenceNumber, change: { type: 'markerMoved', move: { ...usual, originConnectionId: 'a1=', ...more } } }
}

const merged = (...moves: readonly Recorded<Unhurried>[]) =>
  mergeMoves(moves).map(({ sequenceNumber, change }) => [
    sequenceNumber,
    change.type === 'markerMoved' ? change.move : change.type,
  ])

describe('of the moves of a marker in a batch', () => {
  test('one is left, from before the first to the last, by whom the last was', () => {
    expect(
      merged(
        move('1', { before: 2, seq: 3, at: 1 }),
        move('2', { before: 3, seq: 5, at: 2 }),
        move('3', { before: 5, seq: 9, at: 3, originConnectionId: 'a2=' }),
      ),
    ).toEqual([['1', expect.objectContaining({ before: 2, seq: 9, at: 3, originConnectionId: 'a2=' })]])
  })

  test('one that is taken back ends where it was taken back to', () => {
    expect(merged(move('1', { before: 2, seq: 9 }), move('2', { before: 9, seq: 4 }))).toEqual([
      ['1', expect.objectContaining({ before: 2, seq: 4 })],
    ])
  })

  test('the last chosen notification level stays', () => {
    const chosen = { level: 'none', levelAt: 5 } as const
    expect(merged(move('1', { chosen }), move('2', { before: 1, seq: 2 }))).toEqual([
      ['1', expect.objectContaining({ chosen, seq: 2 })],
    ])
  })
})

test('other users, rooms and threads, private moves, and ends of connections stay apart', () => {
  const connection = { connectionId: 'b1=', userId: 'ada' }
  const others: Recorded<Unhurried>[] = [
    move('1', {}),
    move('2', { userId: 'bob' }),
    move('3', { chatRoomId: 'random' }),
    move('4', { threadId: '0000000000000001' }),
    move('5', { isPrivate: true }),
    { sequenceNumber: '6', change: { type: 'connectionRemoved', connection: connection as never } },
    { sequenceNumber: '7', change: { type: 'connectionRemoved', connection: connection as never } },
  ]
  expect(mergeMoves(others)).toEqual(others)
})
