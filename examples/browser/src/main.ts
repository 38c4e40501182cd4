import { Designer } from './design/designer';
import './style.css';

new Designer(() => {});
