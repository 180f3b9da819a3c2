import { words } from '../language/words.ts'
import { isOld } from './hear-worker.ts'
import { useStore } from '../../../client/react/index.ts'

/** Says that a reload would bring another version of the page. What runs is left alone until then. */
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
