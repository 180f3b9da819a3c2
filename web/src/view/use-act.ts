import { useCallback, useState } from 'react'
import { errorSentence } from '../text/error-sentence.ts'

interface Acting {
  run: (act: () => Promise<unknown>) => void
  isRunning: boolean
  /** Why the last action has failed, as a sentence for the user. */
  error: string | undefined
}

/** Runs the actions of one place, such as those of a list's entries, and remembers why the last one has failed. */
export function useAct(): Acting {
  const [state, setState] = useState<Pick<Acting, 'isRunning' | 'error'>>({ isRunning: false, error: undefined })
  const run = useCallback((act: () => Promise<unknown>) => {
    setState({ isRunning: true, error: undefined })
    act().then(
      () => setState({ isRunning: false, error: undefined }),
      (error: unknown) => setState({ isRunning: false, error: errorSentence(error) }),
    )
  }, [])
  return { run, ...state }
}
