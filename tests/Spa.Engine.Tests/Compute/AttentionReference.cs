using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

/// <summary>Attention as its definition reads, in float64, one query and one head at a time.</summary>
internal static class AttentionReference
{
    /// <summary>Packed rows that query i of a segment sees, in logical order.</summary>
    public static int[] Visible(AttentionSegment segment, int query, int window)
    {
        int position = segment.PrefixCount + query;
        int first = window > 0 ? Math.Max(0, position - window + 1) : 0;
        return Enumerable.Range(first, position - first + 1)
            .Select(p => p < segment.PrefixCount ? segment.PrefixStart + p : segment.Start + p - segment.PrefixCount).ToArray();
    }

    public static (double[] Output, double[] Lse) Forward(AttentionCase c, double[] q, double[] k, double[] v)
    {
        AttentionShape shape = c.Shape;
        var output = new double[c.Rows * shape.Heads * shape.HeadDim];
        var lse = Enumerable.Repeat(double.NegativeInfinity, c.Rows * shape.Heads).ToArray();
        foreach ((int row, int head, int[] keys) in Queries(c))
        {
            double[] scores = keys.Select(key => Score(c, q, k, row, head, key)).ToArray();
            double max = scores.Max(), total = scores.Sum(s => Math.Exp(s - max));
            lse[row * shape.Heads + head] = max + Math.Log(total);
            for (int j = 0; j < keys.Length; j++)
            {
                double p = Math.Exp(scores[j] - max) / total;
                for (int d = 0; d < shape.HeadDim; d++) output[c.QueryIndex(row, head, d)] += p * v[c.KeyIndex(keys[j], head, d)];
            }
        }
        return (output, lse);
    }

    public static (double[] Dq, double[] Dk, double[] Dv) Backward(AttentionCase c, double[] dout, double[] q, double[] k, double[] v)
    {
        AttentionShape shape = c.Shape;
        (double[] output, double[] lse) = Forward(c, q, k, v);
        (double[] dq, double[] dk, double[] dv) = (new double[q.Length], new double[k.Length], new double[v.Length]);
        foreach ((int row, int head, int[] keys) in Queries(c))
        {
            foreach (int key in keys)
            {
                double s = Score(c, q, k, row, head, key), p = Math.Exp(s - lse[row * shape.Heads + head]), dp = 0;
                for (int d = 0; d < shape.HeadDim; d++) dp += dout[c.QueryIndex(row, head, d)] * (v[c.KeyIndex(key, head, d)] - output[c.QueryIndex(row, head, d)]);
                double ds = p * dp * shape.Scale * (shape.SoftCap > 0 ? 1 - s / shape.SoftCap * (s / shape.SoftCap) : 1);
                for (int d = 0; d < shape.HeadDim; d++)
                {
                    dq[c.QueryIndex(row, head, d)] += ds * k[c.KeyIndex(key, head, d)];
                    dk[c.KeyIndex(key, head, d)] += ds * q[c.QueryIndex(row, head, d)];
                    dv[c.KeyIndex(key, head, d)] += p * dout[c.QueryIndex(row, head, d)];
                }
            }
        }
        return (dq, dk, dv);
    }

    private static IEnumerable<(int Row, int Head, int[] Keys)> Queries(AttentionCase c)
    {
        foreach (AttentionSegment segment in c.Segments)
        {
            for (int i = 0; i < segment.Count; i++)
            {
                int[] keys = Visible(segment, i, c.Shape.Window);
                for (int head = 0; head < c.Shape.Heads; head++) yield return (segment.Start + i, head, keys);
            }
        }
    }

    private static double Score(AttentionCase c, double[] q, double[] k, int row, int head, int key)
    {
        double s = 0;
        for (int d = 0; d < c.Shape.HeadDim; d++) s += q[c.QueryIndex(row, head, d)] * k[c.KeyIndex(key, head, d)];
        s *= c.Shape.Scale;
        return c.Shape.SoftCap > 0 ? c.Shape.SoftCap * Math.Tanh(s / c.Shape.SoftCap) : s;
    }
}
