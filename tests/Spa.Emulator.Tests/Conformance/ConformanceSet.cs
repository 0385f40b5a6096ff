namespace Spa.Emulator.Tests.Conformance;

/// <summary>One instruction on registers d and a, b, c with the types of result and operands, and its cases: operand bits, then the expected bits.</summary>
/// <param name="Instruction">PTX with <c>d a b c</c> as registers; several statements may follow one another.</param>
/// <param name="Types">Types of d, a, b, c in this order, as used by the loads and stores around it; <c>pred</c> for a predicate result, stored as 0 or 1.</param>
/// <param name="Cases">Operands and result.</param>
internal sealed record ConformanceSet(string Instruction, string[] Types, List<(ulong[] Operands, ulong Expected)> Cases)
{
    /// <summary>Whether a result is the expected one. A NaN of f64 may have any payload.</summary>
    public bool Accepts(ulong result, ulong expected) => result == expected
        || (Instruction.Contains("f64", StringComparison.Ordinal) && Types[0] == "b64" && FloatFormat.F64.IsNan(expected) && FloatFormat.F64.IsNan(result));

    public override string ToString() => Instruction;
}
