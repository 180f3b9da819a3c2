import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const HEADER = { type: 'archive', version: 1, of: 'tests' }

const SENT_AT = Date.UTC(2020, 0, 1)

/** Writes an archive. Returns its path. */
export async function archiveIn(folder: string, lines: readonly object[], name = 'archive.jsonl'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, [HEADER, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''))
  return path
}

export const roomLine = (chatRoomId: string, more: object = {}) => ({
  type: 'room',
  chatRoomId,
  roomName: 'Old talk',
  createdBy: 'ada',
  createdAt: SENT_AT,
  ...more,
})

export const memberLine = (chatRoomId: string, userId: string, more: object = {}) => ({
  type: 'member',
  chatRoomId,
  userId,
  role: 'member',
  joinedAt: SENT_AT,
  joinedSeq: 0,
  ...more,
})

export const messageLine = (chatRoomId: string, seq: number, more: object = {}) => ({
  type: 'message',
  chatRoomId,
  messageId: String(seq).padStart(16, '0'),
  kind: 'text',
  senderId: 'ada',
  content: `old ${seq}`,
  timestamp: SENT_AT + seq,
  ...more,
})
