using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Tests.Compute;

namespace Spa.Engine.Tests.Models.Adapters;

/// <summary>QLoRA: a base of codes is the base of their values, to the bit, forward, backward, scoring; and it takes the memory of codes.</summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class QuantisedModelTests(TestedBackend tested)
{
    private static readonly QuantisedFormat s_nf4 = new(WeightCode.Nf4, IsNested: true);

    [Test]
    public void An_adapter_on_codes_has_the_loss_and_gradients_of_one_on_their_values([ValueSource(typeof(AdapterModels), nameof(AdapterModels.Families))] string family, [Values] bool dora)
    {
        // Kernels are tested in DequantiseWeightTests; what differs between families and adapters is host code that both backends share.
        if (tested != TestedBackend.Cpu && (family != "phi3" || dora)) Assert.Ignore("one family is enough on this backend");
        AssertSamePass(family, dora, s_nf4);
    }

    [Test]
    public void So_have_the_other_codes([Values(WeightCode.Fp4, WeightCode.Int8)] WeightCode code)
    {
        if (tested != TestedBackend.Cpu) Assert.Ignore("kernels are tested in DequantiseWeightTests");
        AssertSamePass("llama", dora: false, new QuantisedFormat(code, IsNested: false));
    }

    [Test]
    public void Scores_of_policy_and_reference_share_one_base_of_codes()
    {
        if (tested != TestedBackend.Cpu) Assert.Ignore("host code that both backends share");
        using ComputeBackend backend = tested.Create();
        using Model quantised = AdapterModels.Load(backend, "llama", s_nf4), dense = Values(backend, "llama", quantised);
        using Model policy = Adapted(quantised, false), densePolicy = Adapted(dense, false);
        using Model reference = policy.WithoutAdapter(), denseReference = densePolicy.WithoutAdapter();
        Assert.That(policy.SharesWeights(reference) && policy.Clone() is var copy && copy.SharesWeights(policy), "one base");
        (float[] Policy, float[] Reference) actual = Score(policy, reference), expected = Score(densePolicy, denseReference);
        Everywhere.AssertSameBits(actual.Policy, expected.Policy, "policy");
        Everywhere.AssertSameBits(actual.Reference, expected.Reference, "reference");
    }

    [Test]
    public void Codes_are_neither_written_nor_merged_into()
    {
        using ComputeBackend backend = tested.Create();
        using Model quantised = AdapterModels.Load(backend, "llama", s_nf4), policy = Adapted(quantised, false);
        Parameter p = quantised.Table.Parameters.First(parameter => parameter.Format is not null);
        Assert.That(() => quantised.Weight(p), Throws.InvalidOperationException.With.Message.EqualTo($"'{p.Name}' is quantised (Nf4 nested): it can be neither changed nor written"));
        Assert.That(() => AdapterMerge.Apply(policy), Throws.InvalidOperationException.With.Message.Contains("neither changed nor written"));
    }

    [Test]
    public void Embedding_head_and_norms_keep_their_precision_and_every_linear_layer_of_a_block_is_quantised()
    {
        if (tested != TestedBackend.Cpu) Assert.Ignore("host code that both backends share");
        using ComputeBackend backend = tested.Create();
        foreach (string family in AdapterModels.Families)
        {
            using Model model = AdapterModels.Load(backend, family, s_nf4);
            string[] expected = [.. AdapterTargets.All(model.Config, model.Family.Names).Select(m => m.Weight)];
            Assert.That(model.Table.Parameters.Where(p => p.Format is not null).Select(p => p.Name), Is.EquivalentTo(expected), family);
        }
    }

    private void AssertSamePass(string family, bool dora, QuantisedFormat format)
    {
        using ComputeBackend backend = tested.Create();
        using Model quantised = AdapterModels.Load(backend, family, format), dense = Values(backend, family, quantised);
        using Model policy = Adapted(quantised, dora), expected = Adapted(dense, dora);
        (double Loss, Func<Parameter, float[]> Of) actual = AdapterModels.Pass(policy), values = AdapterModels.Pass(expected);
        Assert.That(actual.Loss, Is.EqualTo(values.Loss));
        foreach (Parameter p in policy.Trainable.Parameters) Everywhere.AssertSameBits(actual.Of(p), values.Of(expected.Trainable[p.Name]), p.Name);
    }

    // A whole model of the values that the codes stand for.
    private static Model Values(ComputeBackend backend, string family, Model quantised)
    {
        Model dense = AdapterModels.Load(backend, family);
        foreach (Parameter p in quantised.Table.Parameters.Where(p => p.Format is not null)) quantised.CopyWeight(dense.Weight(dense.Table[p.Name]), p, 0);
        return dense;
    }

    private static Model Adapted(Model model, bool dora)
    {
        Model adapted = AdapterFiles.Create(model, new AdapterSettings { Rank = 4, Alpha = 6, UseDora = dora, TargetModules = ["all-linear"] }, 7);
        AdapterModels.Randomise(adapted);
        return adapted;
    }

    private static (float[] Policy, float[] Reference) Score(Model policy, Model reference)
    {
        using var scorer = new Scorer(policy, reference, 0, 64);
        var scores = new List<ScoredResponse>();
        scorer.Score([new ScoreItem([5, 9, 13], [[7, 8, 11, 3], [6, 21]])], (_, responses) => scores.AddRange(responses));
        return ([.. scores.SelectMany(s => s.TokenLogps.Select(x => (float)x))], [.. scores.SelectMany(s => s.ReferenceTokenLogps!.Select(x => (float)x))]);
    }
}
