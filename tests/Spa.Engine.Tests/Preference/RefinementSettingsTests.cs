using Spa.Engine.Compute;
using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Preference;

internal sealed class RefinementSettingsTests
{
    [Test]
    public void Alpha_waits_again_behind_every_new_reference()
    {
        RefinementSettings settings = new() { LabelSmoothing = 0.1, WarmupRatio = 0.25, ReferenceRefresh = 4 };
        double[] alphas = [.. Enumerable.Range(0, 10).Select(done => settings.AlphaAt(done, 10))];
        Assert.That(alphas, Is.EqualTo(new[] { 0, 0.1, 0.1, 0.1, 0, 0.1, 0.1, 0.1, 0, 0.1 }));
        Assert.That(Enumerable.Range(0, 10).Where(done => settings.RefreshesAt(done)), Is.EqualTo(new[] { 4, 8 }));
    }

    [Test]
    public void Flipping_and_dropping_need_no_alpha([Values(FlagEffect.Flip, FlagEffect.Drop)] FlagEffect flagged)
    {
        RefinementSettings settings = new() { Flagged = flagged, LabelSmoothing = 0 };
        Assert.That(settings.NeedsReferenceLogits(), Is.True);
        Assert.That(settings.AlphaAt(5, 10), Is.EqualTo(1));
        Assert.That((settings with { Flagged = FlagEffect.Smooth }).NeedsReferenceLogits(), Is.False);
    }
}
