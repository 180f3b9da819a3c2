import { Dialog } from './dialog.tsx'

const groups = [
  {
    title: 'Anywhere',
    keys: [
      ['Ctrl K', 'Go to a room or a person'],
      ['Ctrl F', 'Search the messages of the conversation'],
      ['Alt ↑ / Alt ↓', 'The conversation above or below'],
      ['? or Ctrl /', 'These keys'],
    ],
  },
  {
    title: 'Where you write',
    keys: [
      ['Enter', 'Send'],
      ['Shift Enter', 'A new line'],
      ['@', 'Mention somebody: arrows choose, Enter takes'],
      ['↑', 'Edit your last message, when the field is empty'],
      ['Esc', 'Do not reply, leave an edit'],
    ],
  },
  {
    title: 'In the messages',
    keys: [
      ['Enter', 'The menu of the last message'],
      ['↑ / ↓', 'The menu of the one before or after'],
      ['Esc', 'Close a menu, the details or a thread'],
    ],
  },
] as const

/** What the keyboard does. */
export const KeysDialog = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Keyboard" onClose={onClose}>
    {groups.map(({ title, keys }) => (
      <section key={title} aria-label={title}>
        <h3 className="list-title">{title}</h3>
        <dl className="keys">
          {keys.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    ))}
  </Dialog>
)
