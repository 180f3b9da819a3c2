import { words } from '../language/words.ts'
import { isOld } from './hear-worker.ts'
import { useStore } from '../../../client/react/index.ts'

/** Says that a reload would show a new version of the page. The running version works until then. */
export function NewVersion() {
  const isThere = useStore(isOld)
  return (
    <div className="banner is-calm" role="status" aria-label={words.version} data-shown={isThere}>
      {isThere && (
        <>
          <span>{words.newVersion}</span>
          <button type="button" className="link-button" onClick={() => window.location.reload()}>
            {words.reload}
          </button>
        </>
      )}
    </div>
  )
}
