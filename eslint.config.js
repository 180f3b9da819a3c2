import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const noTopLevelAwait = {
  selector: 'AwaitExpression:not(:function AwaitExpression)',
  message: 'Await it in a function.',
}

export default defineConfig(
  globalIgnores([
    'dist/',
    '.tabletalk/',
    'node_modules/',
    'coverage/',
    'tests/fixtures/version-0.1.0/*.js',
    'web/worker/show-pushes.js',
    // Runs in a browser, and the compiler is set to Node's types.
    'bench/page/probe.js',
    // Has packages of its own, which are not installed here; Next.js checks it as it builds it.
    'examples/nextjs/',
  ]),
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A post that nobody awaits is a message that may never be sent: the one bug this project exists to avoid.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // One import for each module: `import { x, type Y } from './x.ts'`.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-duplicate-imports': 'error',
      '@typescript-eslint/dot-notation': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Lambda handlers and test doubles are async by contract, whether or not they await.
      '@typescript-eslint/require-await': 'off',
      // Prettier wraps code, and this finds the comments. Strings and addresses that can't be wrapped may be longer.
      'max-len': [
        'error',
        { code: 120, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Files that the page loads later import from its first one, and would wait for it as it waits for them.
    files: ['web/src/**'],
    rules: { 'no-restricted-syntax': ['error', noTopLevelAwait] },
  },
  {
    // All that the page says is in `web/src/language`.
    files: ['web/src/view/**/*.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        noTopLevelAwait,
        ...[
          'JSXElement:not([openingElement.name.name=/^(kbd|b)$/]) > JSXText[value=/\\p{L}{2}/u]',
          'JSXAttribute[name.name=/^(label|title|hint|action|empty|more|aria-(label|description)|alt|placeholder)$/] Literal[value=/^(?!https?:\\/\\/$).*\\p{L}{2}/u]',
        ].map((selector) => ({ selector, message: 'Say it in web/src/language, in each of the languages.' })),
      ],
    },
  },
  {
    files: ['scripts/**', 'bench/**', 'local/main.ts', 'local/npm-start.ts'],
    rules: { 'no-console': 'off' },
  },
)
