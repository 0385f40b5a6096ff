using NUnit.Framework.Constraints;

namespace Spa.Engine.Tests.Support;

/// <summary>Arrays equal within a share of the expected array's largest magnitude: an elementwise bound that zeros do not defeat.</summary>
internal sealed class CloseTo(float[] expected, double relative) : Constraint
{
    public override string Description => $"{expected.Length} values within {relative:G2} of the largest magnitude {Scale:G4}";

    private double Scale => expected.Length == 0 ? 0 : expected.Max(Math.Abs);

    public override ConstraintResult ApplyTo<TActual>(TActual actual)
    {
        if (actual is not float[] values || values.Length != expected.Length) return new ConstraintResult(this, actual, false);
        double bound = relative * Scale;
        int worst = -1;
        for (int i = 0; i < values.Length; i++)
        {
            double error = Math.Abs((double)values[i] - expected[i]);
            if (!(error <= bound) && (worst < 0 || !(error <= Math.Abs((double)values[worst] - expected[worst])))) worst = i;
        }
        return worst < 0 ? new ConstraintResult(this, actual, true) : new ConstraintResult(this, $"{values[worst]:R} instead of {expected[worst]:R} at {worst}", false);
    }
}
