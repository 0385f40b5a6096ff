using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;

namespace Spa.Engine.Models;

public sealed partial class Decoder
{
    /// <summary>
    /// output [T, N] = input W^T + bias + residual, with the slot's adapter where there is one. LoRA: + s B A x. DoRA: m / |W + s B A| (W x + s B A x) instead of W x. Where the pass
    /// trains with dropout, x is D(x) in what the adapter adds: DoRA then gives W x + (m / |W + s B A| - 1) W D(x) + m / |W + s B A| s B A D(x), as PEFT.
    /// </summary>
    private void LinearForward(Tensor output, Tensor input, Tensor weight, Tensor bias, Tensor residual, LayerTensors w, LinearSlot slot, DecoderWorkspace s)
    {
        weight = Dense(weight, w, slot);
        LinearAdapter? adapter = w.Adapters?[(int)slot];
        if (adapter is null || !adapter.IsDora || Drops(adapter, s)) _backend.MatMul(output, input, weight, transposeB: true, bias: bias, residual: residual);
        if (adapter is null) return;
        Tensor dropped = Dropped(input, adapter, s), low = Low(dropped, adapter, s);
        if (!adapter.IsDora)
        {
            AddLow(output, low, adapter);
            return;
        }
        Tensor wide = Wide(output, s);
        _backend.MatMul(wide, dropped, weight, transposeB: true);
        if (Drops(adapter, s))
        {
            foreach (AdapterPart part in adapter.Parts)
                if (part.Rank > 0) _backend.Scale(part.Of(output), part.Of(wide), -1, residual: part.Of(output));
            (bias, residual) = (default, output);
        }
        AddLow(wide, low, adapter);
        foreach (AdapterPart part in adapter.Parts)
        {
            Tensor y = part.Of(output), z = part.Of(wide);
            // What no module adapts is there already where the base was computed first.
            if (part.Rank == 0 && Drops(adapter, s)) continue;
            if (part.Rank > 0) _backend.Scale(z, z, 1, part.InverseNorm);
            _backend.Scale(y, z, 1, part.Magnitude, part.Of(bias), part.Of(residual));
        }
    }

    /// <summary>
    /// dinput [T, K] = (or adds, if <paramref name="accumulate"/>) the gradient of <see cref="LinearForward"/>. Leaves that of s A x in the workspace for <see cref="LinearBackward"/>
    /// of the same product, which comes next.
    /// </summary>
    private void LinearInputBackward(Tensor dinput, Tensor dout, Tensor weight, LayerTensors w, LinearSlot slot, DecoderWorkspace s, bool accumulate = false)
    {
        LinearAdapter? adapter = w.Adapters?[(int)slot];
        bool drops = adapter is not null && Drops(adapter, s);
        weight = Dense(weight, w, slot);
        Tensor dproduct = dout;
        if (adapter is { IsDora: true })
        {
            dproduct = Wide(dout, s);
            DoraBackward(dproduct, dout, adapter);
        }
        _backend.MatMul(dinput, drops ? dout : dproduct, weight, accumulate: accumulate);
        if (adapter is null) return;
        Tensor dlow = For(s.Adapter!.LowGradient, (int)dout.Rows).ColumnRange(0, adapter.Rank);
        foreach (AdapterPart part in adapter.Parts)
        {
            if (part.Rank == 0) continue;
            _backend.MatMul(part.OfRank(dlow), part.Of(dproduct), part.B);
            _backend.Scale(part.OfRank(dlow), part.OfRank(dlow), part.Scale);
        }
        if (!drops)
        {
            _backend.MatMul(dinput, dlow, adapter.A, accumulate: true);
            return;
        }
        Tensor ddropped = For(s.Adapter.Dropped, (int)dout.Rows).ColumnRange(0, dinput.Columns);
        if (adapter.IsDora)
        {
            // The base's share of what entered through D(x): (dz - dout) W.
            foreach (AdapterPart part in adapter.Parts) _backend.Scale(part.Of(dproduct), part.Of(dout), -1, residual: part.Of(dproduct));
            _backend.MatMul(ddropped, dproduct, weight);
        }
        _backend.MatMul(ddropped, dlow, adapter.A, accumulate: adapter.IsDora);
        _backend.Dropout(dinput, ddropped, For(s.Adapter.RowKeys, (int)dout.Rows), adapter.Mask, accumulate: true);
    }

    /// <summary>dW += dY^T X, db += column sums of dY; or, beside a frozen W, the same for the adapter. Absent gradients are passed over.</summary>
    private void LinearBackward(Tensor dweight, Tensor dbias, Tensor dout, Tensor input, Tensor weight, LayerTensors w, LayerTensors g, LinearSlot slot, DecoderWorkspace s)
    {
        if (!dweight.IsAbsent) _backend.MatMul(dweight, dout, input, transposeA: true, accumulate: true);
        if (!dbias.IsAbsent) _backend.BiasBackward(dbias, dout);
        if (w.Adapters?[(int)slot] is not { } adapter || g.Adapters?[(int)slot] is not { } gradient) return;
        Tensor dropped = Dropped(input, adapter, s), low = Low(dropped, adapter, s), dproduct = dout;
        if (adapter.IsDora)
        {
            dproduct = Wide(dout, s);
            DoraBackward(dproduct, dout, adapter);
        }
        for (int i = 0; i < adapter.Parts.Length; i++)
        {
            AdapterPart part = adapter.Parts[i];
            if (part.Rank > 0) _backend.MatMul(gradient.Parts[i].B, part.Of(dproduct), part.OfRank(low), transposeA: true, accumulate: true);
        }
        _backend.MatMul(gradient.A, For(s.Adapter!.LowGradient, (int)dout.Rows).ColumnRange(0, adapter.Rank), dropped, transposeA: true, accumulate: true);
        if (!adapter.IsDora) return;
        // The product again, before its magnitude: keeping it from the forward pass would take as much memory as the activations.
        Tensor wide = Wide(dout, s);
        _backend.MatMul(wide, dropped, Dense(weight, w, slot), transposeB: true);
        AddLow(wide, low, adapter);
        for (int i = 0; i < adapter.Parts.Length; i++)
        {
            AdapterPart part = adapter.Parts[i];
            if (part.Rank == 0) continue;
            _backend.Scale(part.Of(wide), part.Of(wide), 1, part.InverseNorm);
            _backend.ScaleBackward(gradient.Parts[i].Magnitude, part.Of(dout), part.Of(wide));
        }
    }

    // The weight, or the values of a quantised one, which stay until the next product's.
    private Tensor Dense(Tensor weight, LayerTensors w, LinearSlot slot) => w.Quantised is { } quantised ? quantised[(int)slot].Dequantise(_backend) : weight;

    // dz = dout m / |W + s B A|, and dout where nothing is adapted.
    private void DoraBackward(Tensor dproduct, Tensor dout, LinearAdapter adapter)
    {
        foreach (AdapterPart part in adapter.Parts)
        {
            _backend.Scale(part.Of(dproduct), part.Of(dout), 1, part.Magnitude);
            if (part.Rank > 0) _backend.Scale(part.Of(dproduct), part.Of(dproduct), 1, part.InverseNorm);
        }
    }

    // s A x of every module side by side.
    private Tensor Low(Tensor input, LinearAdapter adapter, DecoderWorkspace s)
    {
        Tensor low = For(s.Adapter!.Low, (int)input.Rows).ColumnRange(0, adapter.Rank);
        _backend.MatMul(low, input, adapter.A, transposeB: true);
        foreach (AdapterPart part in adapter.Parts)
            if (part.Rank > 0) _backend.Scale(part.OfRank(low), part.OfRank(low), part.Scale);
        return low;
    }

    private void AddLow(Tensor output, Tensor low, LinearAdapter adapter)
    {
        foreach (AdapterPart part in adapter.Parts)
            if (part.Rank > 0) _backend.MatMul(part.Of(output), part.OfRank(low), part.B, transposeB: true, accumulate: true);
    }

    private Tensor Dropped(Tensor input, LinearAdapter adapter, DecoderWorkspace s)
    {
        if (!Drops(adapter, s)) return input;
        Tensor dropped = For(s.Adapter!.Dropped, (int)input.Rows).ColumnRange(0, input.Columns);
        _backend.Dropout(dropped, input, For(s.Adapter.RowKeys, (int)input.Rows), adapter.Mask);
        return dropped;
    }

    // Scoring and sampling never drop: their workspaces have no room for it.
    private static bool Drops(LinearAdapter adapter, DecoderWorkspace s) => adapter.HasDropout && !s.Adapter!.Dropped.IsAbsent;

    private static Tensor Wide(Tensor shape, DecoderWorkspace s) => For(s.Adapter!.Wide, (int)shape.Rows).ColumnRange(0, shape.Columns);
}
