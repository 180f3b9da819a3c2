import { useCallback } from 'react'
import { useAct } from './use-act.ts'

interface RunningAction {
  run: () => void
  isRunning: boolean
  /** Why the action failed, as a sentence for a person. */
  error: string | undefined
}

/** Runs an asynchronous action from a click, and keeps whether it is running and why it failed. */
export function useAction(act: () => Promise<unknown>): RunningAction {
  const { run, ...state } = useAct()
  return { run: useCallback(() => run(act), [run, act]), ...state }
}
