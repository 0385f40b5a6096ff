using System.Globalization;
using System.Text;

namespace Spa.Emulator.Tests.Conformance;

/// <summary>
/// The cases as text, for emulators and devices alike. A line that begins with <c>=</c> is an instruction and the types of its registers; the lines below it are cases: operands in
/// order and the expected result, in hexadecimal.
/// </summary>
internal static class ConformanceFile
{
    public static string Write(IEnumerable<ConformanceSet> sets)
    {
        StringBuilder text = new("# Cases of single PTX instructions for sm_80: '= instruction | types of d, a, b, c', then operands and result as hexadecimal bits. A NaN of f64 may have any payload.\n");
        foreach (ConformanceSet set in sets)
        {
            text.Append(CultureInfo.InvariantCulture, $"= {set.Instruction} | {string.Join(' ', set.Types)}\n");
            foreach ((ulong[] operands, ulong expected) in set.Cases) text.AppendJoin(' ', operands.Append(expected).Select(v => v.ToString("x", CultureInfo.InvariantCulture))).Append('\n');
        }
        return text.ToString();
    }

    public static List<ConformanceSet> Read(string text)
    {
        List<ConformanceSet> sets = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#') continue;
            if (line[0] == '=')
            {
                string[] parts = line[2..].Split(" | ");
                sets.Add(new ConformanceSet(parts[0], parts[1].Split(' '), []));
                continue;
            }
            ulong[] values = [.. line.Split(' ').Select(v => ulong.Parse(v, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
            sets[^1].Cases.Add((values[..^1], values[^1]));
        }
        return sets;
    }

    /// <summary>A kernel that runs one instruction on every case: <c>conform(in, out, n)</c>, 8 bytes an operand and a result.</summary>
    public static string Kernel(ConformanceSet set)
    {
        StringBuilder ptx = new(".version 9.0\n.target sm_80\n.address_size 64\n.visible .entry conform(.param .u64 in, .param .u64 out, .param .u32 n)\n{\n");
        ptx.Append(".reg .pred q; .reg .b32 i, m, s; .reg .b64 p, r, o;\n");
        for (int k = 0; k < set.Types.Length; k++) ptx.Append(CultureInfo.InvariantCulture, $".reg .{set.Types[k]} {"dabc"[k]};\n");
        ptx.Append("mov.u32 i, %ctaid.x; mov.u32 m, %ntid.x; mov.u32 s, %tid.x; mad.lo.u32 i, i, m, s; ld.param.u32 m, [n]; setp.ge.u32 q, i, m; @q ret;\n");
        ptx.Append(CultureInfo.InvariantCulture, $"ld.param.u64 p, [in]; mul.wide.u32 o, i, {8 * (set.Types.Length - 1)}; add.u64 p, p, o; ld.param.u64 r, [out]; mul.wide.u32 o, i, 8; add.u64 r, r, o;\n");
        for (int k = 1; k < set.Types.Length; k++) ptx.Append(CultureInfo.InvariantCulture, $"ld.global.{set.Types[k]} {"dabc"[k]}, [p+{8 * (k - 1)}];\n");
        ptx.Append(set.Instruction).Append('\n');
        if (set.Types[0] == "pred") ptx.Append("selp.b32 s, 1, 0, d; st.global.b32 [r], s;\n");
        else ptx.Append(CultureInfo.InvariantCulture, $"st.global.{set.Types[0]} [r], d;\n");
        return ptx.Append("ret;\n}\n").ToString();
    }
}
