using System.Numerics;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>The operator <c>%</c> on strings.</summary>
internal sealed class PercentFormat
{
    private readonly RenderContext _context;
    private readonly string _format;
    private readonly object? _values;
    private readonly bool _escape;
    private readonly StringBuilder _text = new();
    private int _at;
    private int _used;
    private bool _named;

    private PercentFormat(RenderContext context, string format, object? values, bool escape)
    {
        _context = context;
        _format = format;
        _values = values;
        _escape = escape;
    }

    /// <param name="context">The rendering.</param>
    /// <param name="format">The text with its <c>%</c> fields.</param>
    /// <param name="values">A tuple of values, a dictionary for named fields, or a single value.</param>
    /// <param name="escape">Whether the format is markup, so that what it takes in is escaped.</param>
    public static string Apply(RenderContext context, string format, object? values, bool escape = false) =>
        new PercentFormat(context, format, values, escape).Run();

    private string Run()
    {
        while (_at < _format.Length)
        {
            int next = _format.IndexOf('%', _at);
            if (next < 0) next = _format.Length;
            _text.Append(_format, _at, next - _at);
            _at = next + 1;
            if (next < _format.Length) ReadField();
        }

        // Whatever has items, but for tuples and strings, counts as a mapping, and a mapping need not be used up.
        int available = _values is TupleValue tuple ? tuple.Count : _values is DictValue or ListValue or RangeValue or BytesValue or Undefined ? _used : 1;
        if (!_named && _used < available) throw Fail(TemplateErrorKind.TypeError, "not all arguments converted during string formatting");
        return _text.ToString();
    }

    private void ReadField()
    {
        _context.Step();
        object? named = Missing.Value;
        if (Peek() == '(') named = ReadKey();
        bool left = false, zero = false, alternate = false;
        char sign = '\0';
        for (; Peek() is '-' or '+' or ' ' or '#' or '0'; _at++)
        {
            char flag = Peek();
            left |= flag == '-';
            zero |= flag == '0';
            alternate |= flag == '#';
            if (flag == '+' || (flag == ' ' && sign == '\0')) sign = flag;
        }

        int width = ReadNumber() ?? 0;
        int? precision = null;
        if (Peek() == '.')
        {
            _at++;
            precision = ReadNumber() ?? 0;
        }

        while (Peek() is 'h' or 'l' or 'L') _at++;
        if (_at >= _format.Length) throw Fail(TemplateErrorKind.ValueError, "incomplete format");
        char type = _format[_at++];
        if (type == '%')
        {
            _text.Append('%');
            return;
        }

        if (width < 0) (left, width) = (true, -width);
        bool zeroFill = zero && !left && type is not ('s' or 'r' or 'a' or 'c');
        FormatSpec spec = new()
        {
            Width = width,
            Precision = precision,
            Sign = sign,
            Alternate = alternate,
            Type = type,
            Align = left ? '<' : zeroFill ? '=' : '>',
            Fill = zeroFill ? "0" : " ",
        };
        _context.ChargeLength(width);
        FieldFormat.ChargePrecision(_context, spec);
        _text.Append(Convert(named is Missing ? NextValue() : named, spec));
        _context.CheckLength(_text.Length);
    }

    private string Convert(object? value, FormatSpec spec)
    {
        switch (spec.Type)
        {
            case 's': return FieldFormat.Text(_escape ? Markup.Escape(_context, value).Text : Printer.Text(_context, value), spec with { Sign = '\0' });
            case 'r' or 'a': return FieldFormat.Text(Repr.Of(_context, value), spec with { Type = 's', Sign = '\0' });
            case 'c':
                return FieldFormat.Text(Character(value), spec with { Type = 's', Precision = null, Sign = '\0' });
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o': return Whole(value, spec);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                if (value is Undefined missing) throw missing.Error(_context);
                if (!Arithmetic.TryDouble(value, out double number)) throw Fail(TemplateErrorKind.TypeError, $"must be real number, not {TypeName.Of(value)}");
                return FieldFormat.Float(number, spec);
            default: throw Fail(TemplateErrorKind.ValueError, $"unsupported format character '{spec.Type}' (0x{(int)spec.Type:x}) at index {_at - 1}");
        }
    }

    /// <summary>A string of one character, or the number of a code point.</summary>
    private static string Character(object? value)
    {
        if (value is string or Markup && CodePoints.Count(value.ToString()) == 1) return value.ToString()!;
        if (!Integer.TryBig(value, out BigInteger point)) throw Fail(TemplateErrorKind.TypeError, "%c requires int or char");
        if (point < 0 || point > 0x10FFFF) throw Fail(TemplateErrorKind.OverflowError, "%c arg not in range(0x110000)");
        return CodePoints.ToText((int)point);
    }

    private string Whole(object? value, FormatSpec spec)
    {
        if (value is Undefined missing) throw missing.Error(_context);
        BigInteger integer;
        if (value is double number && spec.Type is ('d' or 'i' or 'u')) integer = Conversion.Truncate(number);
        else if (!Integer.TryBig(value, out integer))
        {
            string wanted = spec.Type is 'd' or 'i' or 'u' ? "a real number is required" : "an integer is required";
            throw Fail(TemplateErrorKind.TypeError, $"%{spec.Type} format: {wanted}, not {TypeName.Of(value)}");
        }

        string digits = FieldFormat.Digits(_context, BigInteger.Abs(integer), spec.Type).PadLeft(spec.Precision ?? 0, '0');
        string prefix = integer.Sign < 0 ? "-" : spec.Sign == '\0' ? "" : spec.Sign.ToString();
        if (spec.Alternate) prefix += spec.Type switch { 'x' => "0x", 'X' => "0X", 'o' => "0o", _ => "" };
        return spec.Pad(prefix, digits, '>');
    }

    private object? ReadKey()
    {
        int depth = 0;
        int start = _at + 1;
        do
        {
            depth += Peek() switch { '(' => 1, ')' => -1, _ => 0 };
            if (++_at > _format.Length) throw Fail(TemplateErrorKind.ValueError, "incomplete format key");
        }
        while (depth > 0);
        if (_values is not DictValue dict) throw Fail(TemplateErrorKind.TypeError, "format requires a mapping");
        string key = _format[start..(_at - 1)];
        _named = true;
        return dict.TryGet(key, out object? value) ? value : throw Fail(TemplateErrorKind.KeyError, Repr.Of(key));
    }

    private int? ReadNumber()
    {
        if (Peek() != '*') return FormatSpec.TakeNumber(_format, ref _at);
        _at++;
        if (!Integer.TryIndex(NextValue(), out int number)) throw Fail(TemplateErrorKind.TypeError, "* wants int");
        return Math.Abs((long)number) <= FormatSpec.MaxWidth ? number
            : throw Fail(TemplateErrorKind.LimitExceeded, $"a field of more than {FormatSpec.MaxWidth} characters");
    }

    private object? NextValue()
    {
        int available = _values is TupleValue tuple ? tuple.Count : 1;
        if (_used >= available) throw Fail(TemplateErrorKind.TypeError, "not enough arguments for format string");
        return _values is TupleValue values ? values.Items[_used++] : Single();
    }

    private object? Single()
    {
        _used++;
        return _values;
    }

    private char Peek() => _at < _format.Length ? _format[_at] : '\0';

    private static TemplateException Fail(TemplateErrorKind kind, string reason) => new(kind, reason);
}
