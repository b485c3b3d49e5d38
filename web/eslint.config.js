// Only one question is asked here: does the code use anything that Chrome 109 lacks (see browserslist)?
import compat from "eslint-plugin-compat";
import tseslint from "typescript-eslint";

export default [
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/generated/**", "src/**/*.test.ts"],
    languageOptions: { parser: tseslint.parser },
    plugins: compat.configs["flat/recommended"].plugins,
    rules: { "compat/compat": "error" },
    linterOptions: { reportUnusedDisableDirectives: true },
  },
];
