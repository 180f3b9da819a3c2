import { useCallback, useState } from 'react'
import { errorSentence } from '../text/error-sentence.ts'

interface RunningAction {
  run: () => void
  isRunning: boolean
  /** Why the action failed, as a sentence for a person. */
  error: string | undefined
}

/** Runs an asynchronous action from a click, and keeps whether it is running and why it failed. */
export function useAction(act: () => Promise<unknown>): RunningAction {
  const [state, setState] = useState<Pick<RunningAction, 'isRunning' | 'error'>>({ isRunning: false, error: undefined })
  const run = useCallback(() => {
    setState({ isRunning: true, error: undefined })
    act().then(
      () => setState({ isRunning: false, error: undefined }),
      (error: unknown) => setState({ isRunning: false, error: errorSentence(error) }),
    )
  }, [act])
  return { run, ...state }
}
