/** A floor: the room's connections are in memory, nothing is stored, and posts are unsigned. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CONCURRENCY } from '../../../src/delivery/posting/post-frame.ts'
import { forEachLimited } from '../../../src/delivery/for-each-limited.ts'
import { frameOf } from '../message.ts'
import { unsignedPost } from '../../shared/unsigned-post.ts'
import { type Member, serve } from './serve.ts'

const rooms = new Map<string, readonly Member[]>()
const post = unsignedPost(process.env.CONNECTIONS_ENDPOINT!)

serve({
  client: new DynamoDBClient({}),
  async seed(chatRoomId, members) {
    rooms.set(chatRoomId, members)
  },
  async send(chatRoomId, content) {
    const frame = frameOf(chatRoomId, content)
    await forEachLimited(rooms.get(chatRoomId)!, CONCURRENCY, ({ connectionId }) => post(connectionId, frame))
  },
})
