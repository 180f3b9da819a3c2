import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import type { TableClient } from '../../../src/entities/table-client.ts'
import { answerCalls } from '../../shared/rpc.ts'
import { countUnits } from '../capacity.ts'

export interface Member {
  connectionId: string
  userId: string
}

/** One way to deliver a message to a room's connections: the code of its Lambda functions. */
export interface Variant {
  client: DynamoDBClient | TableClient
  /** Stores a room. Runs in a process of its own, unless the variant keeps the room in memory. */
  seed: (chatRoomId: string, members: readonly Member[]) => Promise<void>
  /** The function that a client's frame invokes. */
  send: (chatRoomId: string, content: string) => Promise<void>
  /** The function that the table's stream invokes. */
  work?: (event: DynamoDBStreamEvent) => Promise<unknown>
}

/** What a variant's process has used since it started. */
export interface VariantUsage {
  cpuMs: number
  reads: number
  writes: number
  /** Invocations of Lambda functions. */
  invocations: number
  /** Peak resident memory. */
  peakMiB: number
}

/** Lets the parent process call the variant's functions. */
export function serve({ client, seed, send, work }: Variant): void {
  const units = countUnits(client)
  let invocations = 0
  const calls: VariantCalls = {
    seed: ({ chatRoomId, members }) => seed(chatRoomId, members),
    async send({ chatRoomId, content }) {
      invocations++
      await send(chatRoomId, content)
    },
    async work(event) {
      invocations++
      return work!(event)
    },
    async usage() {
      const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
      return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, ...units, invocations, peakMiB: maxRSS / 1_024 }
    },
  }
  answerCalls(calls)
}

export type VariantCalls = {
  seed(argument: { chatRoomId: string; members: Member[] }): Promise<void>
  send(argument: { chatRoomId: string; content: string }): Promise<void>
  work(event: DynamoDBStreamEvent): Promise<unknown>
  usage(): Promise<VariantUsage>
}
