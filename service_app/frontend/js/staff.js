// The staff's pages: htmx for fragments, and one module per job. Everything works without them, only slower.
import 'htmx.org/dist/htmx.esm.min.js';
import 'htmx.org/dist/ext/hx-preload.min.js';
import 'htmx.org/dist/ext/hx-pending.min.js';
import './answers.js';
import './focus.js';
import './dialogs.js';
import './keys.js';
import './line.js';
import './lists.js';
import './messages.js';
import './once.js';
import './palette.js';
import './signature.js';
import './theme.js';
import './toasts.js';
import './typed.js';
