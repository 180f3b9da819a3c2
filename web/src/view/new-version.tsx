import { words } from '../language/words.ts'

/** Says that a reload would bring another version of the page. What runs is left alone until then. */
export const NewVersion = ({ isThere }: { isThere: boolean }) => (
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
