import type { MessageEvent } from '../../../client/index.ts'
import { saidIn } from '../text/said.ts'
import { useNames } from './use-names.ts'

const NOBODY: readonly string[] = []

/** Returns the text of a message in one line, with the names of the users it mentions. */
export function useSaid(message: MessageEvent | undefined): string {
  const nameOf = useNames(message?.mentions ?? NOBODY)
  return message ? saidIn(message, nameOf) : ''
}
