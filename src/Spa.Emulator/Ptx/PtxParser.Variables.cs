using System.Buffers.Binary;

namespace Spa.Emulator.Ptx;

/// <summary>Declarations of variables with initialisers.</summary>
internal sealed partial class PtxParser
{
    private static bool IsSpace(string word) => word is ".global" or ".const" or ".shared" or ".local" or ".param" or ".tex";

    /// <summary><c>.space [.align n] [.vN] .type name[size][ = value], ... ;</c>, in a parameter list one declaration without its end.</summary>
    private List<PtxVariable> ParseVariables(bool isExtern, bool inList = false)
    {
        string space = Take().Text[1..];
        int alignment = 0, vector = 1;
        PtxType type = PtxType.None;
        while (Current.Kind == PtxTokenKind.Word && Current.Text[0] == '.')
        {
            string word = Take().Text[1..];
            switch (word)
            {
                case "align":
                    alignment = (int)TakeInteger("an alignment");
                    break;
                case "v2" or "v4" or "v8":
                    vector = word[1] - '0';
                    break;
                case "ptr" or "global" or "shared" or "const" or "local" or "param":
                    break;
                case "attribute":
                    _next--;
                    SkipParentheses();
                    break;
                default:
                    type = PtxTypes.Find(word);
                    if (type == PtxType.None) throw new PtxException(_source, Current.Line, $"unknown type or attribute '.{word}' of a variable");
                    break;
            }
        }
        if (type == PtxType.None) throw Unexpected("a type");
        List<PtxVariable> variables = [];
        do
        {
            int line = Current.Line;
            string name = TakeWord("a variable name");
            long size = PtxTypes.Size(type) * vector;
            bool open = false;
            while (TryTake("["))
            {
                if (TryTake("]"))
                {
                    open = true;
                    continue;
                }
                size = checked(size * TakeInteger("an array length"));
                Expect("]");
            }
            if (size > 1L << 40 || size < 0) throw new PtxException(_source, line, $"variable {name} has {size} bytes");
            PtxVariable variable = new()
            {
                Name = name,
                Space = space,
                Type = type,
                Alignment = Math.Max(alignment, PtxTypes.Size(type) * vector),
                Size = open ? 0 : size,
                Line = line,
                IsExtern = isExtern,
            };
            if (TryTake("="))
            {
                List<byte> bytes = [];
                ParseInitial(variable, bytes);
                if (open) variable.Size = bytes.Count;
                if (bytes.Count > variable.Size) throw new PtxException(_source, line, $"the initial value of {name} has {bytes.Count} bytes, the variable {variable.Size}");
                variable.Initial = new byte[variable.Size];
                bytes.CopyTo(variable.Initial);
            }
            variables.Add(variable);
        }
        while (!inList && TryTake(","));
        if (!inList) Expect(";");
        return variables;
    }

    private void ParseInitial(PtxVariable variable, List<byte> bytes)
    {
        int elementBytes = PtxTypes.Size(variable.Type);
        if (TryTake("{"))
        {
            while (!TryTake("}"))
            {
                ParseInitial(variable, bytes);
                TryTake(",");
            }
            return;
        }
        Span<byte> value = stackalloc byte[16];
        value.Clear();
        bool negative = TryTake("-");
        if (Current.IsNumber)
        {
            PtxToken token = Take();
            ulong bits = ImmediateBits(token.Kind, token.Value, negative, variable.Type);
            // mask(symbol) keeps one byte of an address: 0xFF selects byte 0, 0xFF00 byte 1 and so on.
            if (token.Kind == PtxTokenKind.Integer && Current.Is("("))
            {
                Take();
                (string masked, long maskedAddend) = ParseSymbolValue();
                Expect(")");
                int shift = System.Numerics.BitOperations.TrailingZeroCount(token.Value);
                variable.Addresses.Add((bytes.Count, -1 - shift, masked, maskedAddend));
                bits = 0;
            }
            BinaryPrimitives.WriteUInt64LittleEndian(value, bits);
        }
        else
        {
            (string symbol, long addend) = ParseSymbolValue();
            variable.Addresses.Add((bytes.Count, elementBytes, symbol, addend));
        }
        for (int i = 0; i < elementBytes; i++) bytes.Add(value[i]);
    }

    private (string Symbol, long Addend) ParseSymbolValue()
    {
        string name = TakeWord("a number or a symbol");
        if (name == "generic" && TryTake("("))
        {
            name = TakeWord("a symbol");
            Expect(")");
        }
        long addend = 0;
        if (TryTake("+")) addend = TakeInteger("an offset");
        else if (Current.Is("-")) addend = TakeInteger("an offset");
        return (name, addend);
    }

    /// <summary>Bits of a number where a value of that type is wanted.</summary>
    public static ulong ImmediateBits(PtxTokenKind kind, ulong value, bool negative, PtxType type)
    {
        switch (kind)
        {
            case PtxTokenKind.Integer:
                ulong integer = negative ? 0 - value : value;
                if (type == PtxType.F32) return BitConverter.SingleToUInt32Bits((float)(long)integer);
                return type == PtxType.F64 ? BitConverter.DoubleToUInt64Bits((long)integer) : integer;
            case PtxTokenKind.Float32Bits:
                float single = BitConverter.UInt32BitsToSingle((uint)value);
                if (type == PtxType.F64) return BitConverter.DoubleToUInt64Bits(negative ? -(double)single : single);
                return negative ? value ^ 0x8000_0000 : value;
            default:
                double real = BitConverter.UInt64BitsToDouble(value);
                if (negative) real = -real;
                return type is PtxType.F64 or PtxType.B64 ? BitConverter.DoubleToUInt64Bits(real) : BitConverter.SingleToUInt32Bits((float)real);
        }
    }
}
