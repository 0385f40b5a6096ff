namespace Spa.Engine.Data;

/// <summary>A JSON array of objects, streamed: one element at a time is cut out of the bytes and parsed.</summary>
internal static class JsonArrayRows
{
    public static IEnumerable<SourceRow> Read(Stream source, string path, RowLimits limits)
    {
        ArrayCursor cursor = new(source, path, limits);
        cursor.Expect((byte)'[', "'['");
        if (cursor.TryTake((byte)']'))
        {
            cursor.ExpectEnd();
            yield break;
        }

        do
        {
            RowLocation location = cursor.TakeElement(out int column, out ArraySegment<byte> element);
            yield return new SourceRow(JsonRow.Parse(element, location, column, limits), location);
        }
        while (cursor.TryTake((byte)','));

        cursor.Expect((byte)']', "',' or ']'");
        cursor.ExpectEnd();
    }

    /// <summary>Walks the bytes of the array and keeps line and column (both from 1).</summary>
    private sealed class ArrayCursor(Stream source, string path, RowLimits limits)
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private byte[] _element = new byte[1 << 12];
        private int _position;
        private int _length;
        private long _line = 1;
        private int _column = 1;

        public void Expect(byte wanted, string name)
        {
            if (!TryTake(wanted)) throw Unexpected(name);
        }

        public bool TryTake(byte wanted)
        {
            SkipBlanks();
            if (Peek() != wanted) return false;
            Advance();
            return true;
        }

        public void ExpectEnd()
        {
            SkipBlanks();
            if (Peek() >= 0) throw Unexpected("the end of the file");
        }

        /// <summary>Copies one object, up to its closing brace, without looking at more than strings and braces.</summary>
        public RowLocation TakeElement(out int column, out ArraySegment<byte> element)
        {
            SkipBlanks();
            if (Peek() != '{') throw Unexpected("an object '{'");
            RowLocation location = new(path, _line, IsLine: true);
            column = _column;
            int length = 0, depth = 0;
            bool inString = false, escaped = false;
            do
            {
                int b = Peek();
                if (b < 0) throw Unexpected("the object that begins on line " + location.Number + " to end");
                if (length == limits.MaxRowBytes) throw new SpaException($"{location}: the row is longer than {limits.MaxRowBytes} bytes");
                if (length == _element.Length) Array.Resize(ref _element, length * 2);
                _element[length++] = (byte)b;
                Advance();
                if (escaped) escaped = false;
                else if (inString && b == '\\') escaped = true;
                else if (b == '"') inString = !inString;
                else if (!inString && b is '{' or '[') depth++;
                else if (!inString && b is '}' or ']') depth--;
            }
            while (depth > 0);

            element = new ArraySegment<byte>(_element, 0, length);
            return location;
        }

        private int Peek()
        {
            if (_position == _length)
            {
                _length = source.Read(_buffer);
                _position = 0;
            }

            return _length == 0 ? -1 : _buffer[_position];
        }

        private void Advance()
        {
            byte b = _buffer[_position++];
            if (b == '\n')
            {
                _line++;
                _column = 1;
            }
            else if ((b & 0xC0) != 0x80)
            {
                _column++;
            }
        }

        private void SkipBlanks()
        {
            while (Peek() is ' ' or '\t' or '\r' or '\n') Advance();
        }

        private SpaException Unexpected(string wanted)
        {
            int b = Peek();
            string found = b < 0 ? "the end of the file" : b is > 32 and < 127 ? $"'{(char)b}'" : $"byte 0x{b:x2}";
            return new SpaException($"{path}:{_line}:{_column}: not a JSON array of objects: expected {wanted}, found {found}");
        }
    }
}
