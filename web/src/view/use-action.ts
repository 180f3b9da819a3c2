import { useCallback } from 'react'
import { useAct } from './use-act.ts'

interface RunningAction {
  run: () => void
  isRunning: boolean
  /** Why the action has failed, as a sentence for the user. */
  error: string | undefined
}

/** Runs an asynchronous action after a click, and tells whether it is running and why it has failed. */
export function useAction(act: () => Promise<unknown>): RunningAction {
  const { run, ...state } = useAct()
  return { run: useCallback(() => run(act), [run, act]), ...state }
}
